INSERT DATA { id:ev-article-1800-1841-position oa:end 1900 }
