DELETE { id:lepu lv:dataset ?o } WHERE { id:lepu lv:dataset ?o }
