INSERT DATA { id:case lv:inZone id:lepu }
