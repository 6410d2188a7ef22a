INSERT DATA { id:lepu lv:founded "in 2000" }
