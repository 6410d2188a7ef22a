INSERT DATA { id:changping lv:locatedIn id:plan }
