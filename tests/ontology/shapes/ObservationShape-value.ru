DELETE { id:ob-revenue-2025 lv:value ?o } INSERT { id:ob-revenue-2025 lv:value "1500" } WHERE { id:ob-revenue-2025 lv:value ?o }
