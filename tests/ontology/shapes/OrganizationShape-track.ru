INSERT DATA { id:lepu lv:inTrack id:beijing }
