DELETE { id:source-article schema:datePublished ?o } INSERT { id:source-article schema:datePublished "April 2023" } WHERE { id:source-article schema:datePublished ?o }
