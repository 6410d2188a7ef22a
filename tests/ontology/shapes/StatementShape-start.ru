INSERT { ?st lv:start "in 2022" } WHERE { ?st rdf:subject id:lepu ; rdf:predicate lv:inTrack }
