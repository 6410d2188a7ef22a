-- Statements, neighbours by importance (direction 0 out, 1 in), counts of the busy.
CREATE TABLE term (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE);
INSERT INTO term (iri) SELECT DISTINCT p FROM raw.statement ORDER BY p;
CREATE TABLE statement (id INTEGER PRIMARY KEY, iri TEXT NOT NULL, s INTEGER NOT NULL,
  p INTEGER NOT NULL, o INTEGER, status INTEGER NOT NULL);
INSERT INTO statement (iri, s, p, o, status)
  SELECT r.st, a.id, t.id, b.id, max(r.status = ':TARGET')
  FROM raw.statement r JOIN thing a ON a.iri = r.s JOIN term t ON t.iri = r.p
  LEFT JOIN thing b ON b.iri = r.o GROUP BY r.st ORDER BY r.st;
CREATE INDEX statement_s ON statement (s, p, status);
CREATE INDEX statement_o ON statement (o, p, status) WHERE o IS NOT NULL;
CREATE TABLE rank (thing INTEGER PRIMARY KEY, place INTEGER NOT NULL);
INSERT INTO rank SELECT id, row_number() OVER (ORDER BY degree DESC, iri) FROM thing;
CREATE UNIQUE INDEX rank_place ON rank (place);
CREATE TABLE near (thing INTEGER, place INTEGER, p INTEGER, direction INTEGER,
  status INTEGER, grp TEXT, PRIMARY KEY (thing, place, p, direction, status))
  WITHOUT ROWID;
INSERT OR IGNORE INTO near
  SELECT * FROM (
    SELECT s.s, r.place, s.p, 0, s.status, coalesce(k.grp, 'other')
    FROM statement s JOIN rank r ON r.thing = s.o LEFT JOIN kind k ON k.thing = s.o
    WHERE s.o IS NOT NULL AND s.o != s.s
    UNION ALL
    SELECT s.o, r.place, s.p, 1, s.status, coalesce(k.grp, 'other')
    FROM statement s JOIN rank r ON r.thing = s.s LEFT JOIN kind k ON k.thing = s.s
    WHERE s.o IS NOT NULL AND s.o != s.s)
  ORDER BY 1, 2, 3, 4, 5;
CREATE TABLE relation (thing INTEGER, p INTEGER, direction INTEGER, status INTEGER,
  grp TEXT, n INTEGER, PRIMARY KEY (thing, p, direction, status, grp)) WITHOUT ROWID;
INSERT INTO relation SELECT thing, p, direction, status, grp, count(*) FROM near
  WHERE thing IN (SELECT id FROM thing WHERE degree >= :HEAVY) GROUP BY 1, 2, 3, 4, 5;
CREATE TABLE said (thing INTEGER, p INTEGER, direction INTEGER, status INTEGER,
  n INTEGER, PRIMARY KEY (thing, p, direction, status)) WITHOUT ROWID;
INSERT INTO said SELECT s, p, 0, status, count(*) FROM statement
  WHERE s IN (SELECT id FROM thing WHERE degree >= :HEAVY) GROUP BY 1, 2, 4;
INSERT INTO said SELECT o, p, 1, status, count(*) FROM statement
  WHERE o IN (SELECT id FROM thing WHERE degree >= :HEAVY) GROUP BY 1, 2, 4;
