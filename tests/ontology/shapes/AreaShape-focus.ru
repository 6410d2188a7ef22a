INSERT DATA { id:changping lv:focusesOn id:plan }
