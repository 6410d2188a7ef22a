INSERT DATA { id:lepu lv:locatedIn id:dx }
