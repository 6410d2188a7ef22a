INSERT DATA { id:lepu lv:cooperatesWith id:ning }
