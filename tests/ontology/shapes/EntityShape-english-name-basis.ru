DELETE { id:lepu lv:englishNameBasis ?o } INSERT { id:lepu lv:englishNameBasis lv:high } WHERE { id:lepu lv:englishNameBasis ?o }
