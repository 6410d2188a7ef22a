DELETE { ?st lv:dataset ?o } WHERE { ?st rdf:predicate lv:inTrack ; rdf:subject id:lepu . ?st lv:dataset ?o }
