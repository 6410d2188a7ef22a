INSERT DATA { id:ob-revenue-2025 lv:end "2026"^^xsd:gYear }
