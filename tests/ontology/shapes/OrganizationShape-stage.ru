INSERT DATA { id:lepu lv:atStage id:plan }
