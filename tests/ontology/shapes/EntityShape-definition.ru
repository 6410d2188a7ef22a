INSERT DATA { id:lepu skos:definition "Une entreprise."@fr }
