DELETE { id:ob-revenue-2025 lv:partOfTargetSet ?o } INSERT { id:ob-revenue-2025 lv:partOfTargetSet id:plan } WHERE { id:ob-revenue-2025 lv:partOfTargetSet ?o }
