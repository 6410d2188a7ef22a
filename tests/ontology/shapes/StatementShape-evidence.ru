DELETE { ?st prov:wasDerivedFrom ?o } WHERE { ?st rdf:predicate lv:inTrack ; rdf:subject id:lepu . ?st prov:wasDerivedFrom ?o }
