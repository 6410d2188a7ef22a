DELETE { id:dataset-sample dcterms:description ?o } WHERE { id:dataset-sample dcterms:description ?o }
