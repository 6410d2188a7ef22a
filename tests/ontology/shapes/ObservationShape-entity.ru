DELETE { id:ob-revenue-2025 lv:refEntity ?o } WHERE { id:ob-revenue-2025 lv:refEntity ?o }
