INSERT { ?st lv:end "2022"^^xsd:gYear , "2023"^^xsd:gYear } WHERE { ?st rdf:subject id:lepu ; rdf:predicate lv:inTrack }
