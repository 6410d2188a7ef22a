INSERT DATA { id:lepu lv:hasRole "leader" }
