DELETE { id:ob-revenue-2025 rdfs:label ?o } INSERT { id:ob-revenue-2025 rdfs:label "only"@en } WHERE { id:ob-revenue-2025 rdfs:label ?o }
