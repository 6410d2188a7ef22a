DELETE { id:source-website schema:url ?o } WHERE { id:source-website schema:url ?o }
