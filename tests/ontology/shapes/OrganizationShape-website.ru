INSERT DATA { id:lepu lv:website "lepu.example"^^xsd:anyURI }
