DELETE { id:ob-revenue-2025 prov:wasDerivedFrom ?o } WHERE { id:ob-revenue-2025 prov:wasDerivedFrom ?o }
