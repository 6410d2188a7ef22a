INSERT DATA { id:forum lv:partOf id:plan }
