INSERT DATA { id:ev-0123456789abcdef lv:locator "p. 2" }
