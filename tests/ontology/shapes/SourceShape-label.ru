DELETE { id:source-website rdfs:label ?o } INSERT { id:source-website rdfs:label "only"@en } WHERE { id:source-website rdfs:label ?o }
