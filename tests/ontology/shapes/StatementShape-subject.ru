DELETE { ?st rdf:subject ?o } WHERE { ?st rdf:predicate lv:inTrack ; rdf:subject id:lepu . ?st rdf:subject ?o }
