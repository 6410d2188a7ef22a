DELETE { id:dataset-sample lv:graph ?o } WHERE { id:dataset-sample lv:graph ?o }
