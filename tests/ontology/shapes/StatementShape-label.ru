DELETE { ?st rdfs:label ?o } INSERT { ?st rdfs:label "only"@en } WHERE { ?st rdf:predicate lv:inTrack ; rdf:subject id:lepu . ?st rdfs:label ?o }
