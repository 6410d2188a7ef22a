INSERT DATA { id:kit lv:inTrack id:beijing }
