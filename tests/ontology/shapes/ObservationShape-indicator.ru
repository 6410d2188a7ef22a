DELETE { id:ob-revenue-2025 lv:indicator ?o } INSERT { id:ob-revenue-2025 lv:indicator id:lepu } WHERE { id:ob-revenue-2025 lv:indicator ?o }
