INSERT DATA { id:plan lv:focusesOn id:beijing }
