DELETE { id:ob-revenue-2025 lv:partOfTargetSet ?o } WHERE { id:ob-revenue-2025 lv:partOfTargetSet ?o }
