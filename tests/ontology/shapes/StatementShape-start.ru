INSERT { ?st lv:start "2022" } WHERE { ?st rdf:subject id:lepu ; rdf:predicate lv:inTrack }
