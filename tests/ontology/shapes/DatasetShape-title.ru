DELETE { id:dataset-sample dcterms:title ?o } INSERT { id:dataset-sample dcterms:title "only"@en } WHERE { id:dataset-sample dcterms:title ?o }
