DELETE { id:ob-firms lv:valueMax ?o } INSERT { id:ob-firms lv:valueMax 2.0 } WHERE { id:ob-firms lv:valueMax ?o }
