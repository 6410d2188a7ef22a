DELETE { id:source-website schema:name ?o } WHERE { id:source-website schema:name ?o }
