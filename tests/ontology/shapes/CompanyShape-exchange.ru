INSERT DATA { id:lepu lv:listedOn id:dx }
