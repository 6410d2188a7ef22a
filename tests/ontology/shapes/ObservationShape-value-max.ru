INSERT DATA { id:ob-firms lv:valueMax 9.0 }
