INSERT DATA { id:track-medical-devices lv:subTrackOf id:lepu }
