DELETE { id:ev-article-1800-1841-position oa:start ?o } WHERE { id:ev-article-1800-1841-position oa:start ?o }
