DELETE { id:ev-article-1800-1841-position rdfs:label ?o } INSERT { id:ev-article-1800-1841-position rdfs:label "only"@en } WHERE { id:ev-article-1800-1841-position rdfs:label ?o }
