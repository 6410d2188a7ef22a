DELETE { id:lepu prov:wasDerivedFrom ?o } WHERE { id:lepu prov:wasDerivedFrom ?o }
