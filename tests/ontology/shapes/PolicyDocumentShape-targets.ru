INSERT DATA { id:plan lv:hasTargetSet id:beijing }
