INSERT DATA { id:lepu skos:prefLabel "Lepu Medical"@en }
