INSERT DATA { id:lepu skos:altLabel "Lepu" }
