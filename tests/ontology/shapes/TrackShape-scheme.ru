DELETE { id:track-medical-devices skos:inScheme ?o } WHERE { id:track-medical-devices skos:inScheme ?o }
