INSERT DATA { id:ning lv:affiliatedWith id:beijing }
