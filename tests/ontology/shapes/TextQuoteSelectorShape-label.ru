DELETE { id:ev-article-1800-1841-quote rdfs:label ?o } INSERT { id:ev-article-1800-1841-quote rdfs:label "only"@en } WHERE { id:ev-article-1800-1841-quote rdfs:label ?o }
