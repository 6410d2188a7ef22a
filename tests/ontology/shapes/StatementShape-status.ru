INSERT { ?st lv:status lv:target } WHERE { ?st rdf:subject id:lepu ; rdf:predicate lv:inTrack }
