DELETE { id:ob-revenue-2025 lv:status ?o } WHERE { id:ob-revenue-2025 lv:status ?o }
