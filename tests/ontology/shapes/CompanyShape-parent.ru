INSERT DATA { id:lepu lv:subsidiaryOf id:beijing }
