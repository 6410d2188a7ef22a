INSERT DATA { id:ev-article-1800-1841 oa:hasSelector id:ev-article-1800-1841-third }
