INSERT DATA { id:forum lv:focusesOn id:plan }
