INSERT DATA { id:plan lv:appliesTo id:lepu }
