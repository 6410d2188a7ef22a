INSERT DATA { id:ob-revenue-2025 lv:start "soon" }
