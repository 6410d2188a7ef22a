DELETE { id:source-article lv:sha256 ?o } INSERT { id:source-article lv:sha256 "ABC" } WHERE { id:source-article lv:sha256 ?o }
