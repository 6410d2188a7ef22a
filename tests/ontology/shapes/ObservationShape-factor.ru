DELETE { id:ob-revenue-2025 lv:factor ?o } INSERT { id:ob-revenue-2025 lv:factor 1e8 } WHERE { id:ob-revenue-2025 lv:factor ?o }
