DELETE { id:ob-revenue-2025 lv:unit ?o } INSERT { id:ob-revenue-2025 lv:unit "CNY" } WHERE { id:ob-revenue-2025 lv:unit ?o }
