DELETE { id:ev-0123456789abcdef lv:confidence ?o } INSERT { id:ev-0123456789abcdef lv:confidence lv:exact } WHERE { id:ev-0123456789abcdef lv:confidence ?o }
