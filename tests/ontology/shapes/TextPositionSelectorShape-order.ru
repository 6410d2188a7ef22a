DELETE { id:ev-article-1800-1841-position oa:start ?o } INSERT { id:ev-article-1800-1841-position oa:start 1900 } WHERE { id:ev-article-1800-1841-position oa:start ?o }
