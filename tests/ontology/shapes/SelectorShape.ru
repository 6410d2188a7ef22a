DELETE { id:ev-article-1800-1841-quote oa:exact ?o } WHERE { id:ev-article-1800-1841-quote oa:exact ?o }
