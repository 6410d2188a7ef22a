INSERT DATA { id:changping lv:partOf id:plan }
