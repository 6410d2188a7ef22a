DELETE { ?st rdf:object ?o } WHERE { ?st rdf:predicate lv:inTrack ; rdf:subject id:lepu . ?st rdf:object ?o }
