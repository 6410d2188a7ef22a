DELETE { id:ob-revenue-2025 lv:comparator ?o } WHERE { id:ob-revenue-2025 lv:comparator ?o }
