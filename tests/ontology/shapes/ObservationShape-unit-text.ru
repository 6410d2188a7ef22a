DELETE { id:ob-revenue-2025 lv:unitText ?o } WHERE { id:ob-revenue-2025 lv:unitText ?o }
