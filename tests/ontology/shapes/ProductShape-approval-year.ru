INSERT DATA { id:kit lv:approvalYear 2020 }
