DELETE { id:dataset-sample dcterms:license ?o } WHERE { id:dataset-sample dcterms:license ?o }
