DELETE { ?st rdf:predicate ?o } INSERT { ?st rdf:predicate skos:broader } WHERE { ?st rdf:predicate lv:inTrack ; rdf:subject id:lepu . ?st rdf:predicate ?o }
