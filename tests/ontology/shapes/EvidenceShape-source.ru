DELETE { id:ev-0123456789abcdef oa:hasSource ?o } WHERE { id:ev-0123456789abcdef oa:hasSource ?o }
