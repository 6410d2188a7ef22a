DELETE { id:ev-0123456789abcdef rdfs:label ?o } INSERT { id:ev-0123456789abcdef rdfs:label "only"@en } WHERE { id:ev-0123456789abcdef rdfs:label ?o }
