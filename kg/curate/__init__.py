"""Tables become statements, statements become RDF.

Quotes checked, rows refused with a reason, shapes and checks run, triples
inferred, datasets brought in and taken out. The only room that imports pySHACL
or a reader of spreadsheets.
"""
