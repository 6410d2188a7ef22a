DELETE { id:ev-0123456789abcdef lv:locator ?o } WHERE { id:ev-0123456789abcdef lv:locator ?o }
