DELETE { id:ev-article-1800-1841-quote oa:exact ?o } INSERT { id:ev-article-1800-1841-quote oa:exact ""@zh } WHERE { id:ev-article-1800-1841-quote oa:exact ?o }
