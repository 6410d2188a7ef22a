INSERT DATA { id:lepu lv:stockCode "1789.HK" }
