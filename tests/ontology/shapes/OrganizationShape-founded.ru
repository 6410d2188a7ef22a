INSERT DATA { id:lepu lv:founded "2000" }
