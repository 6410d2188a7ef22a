DELETE { id:ob-revenue-2025 qb:dataSet ?o } WHERE { id:ob-revenue-2025 qb:dataSet ?o }
