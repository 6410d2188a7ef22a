-- Statements, neighbours by importance (direction 0 out, 1 in), counts of the busy.
CREATE TABLE term (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE);
INSERT INTO term (iri) SELECT p FROM raw.statement UNION SELECT p FROM raw.inferred
  ORDER BY 1;
-- What statements have in common: datasets and evidence, IRIs as JSON.
CREATE TABLE origin (id INTEGER PRIMARY KEY, datasets TEXT NOT NULL,
  evidence TEXT NOT NULL);
INSERT INTO origin (datasets, evidence)
  SELECT DISTINCT datasets, evidence FROM raw.extra ORDER BY 1, 2;
CREATE UNIQUE INDEX raw_origin ON origin (datasets, evidence);
-- The datatype and language of values that are no things; both empty of a blank node.
CREATE TABLE form (id INTEGER PRIMARY KEY, datatype TEXT NOT NULL,
  language TEXT NOT NULL);
INSERT INTO form (datatype, language) SELECT DISTINCT datatype, language
  FROM raw.statement WHERE datatype IS NOT NULL ORDER BY 1, 2;
CREATE TABLE statement (id INTEGER PRIMARY KEY, iri TEXT NOT NULL, s INTEGER NOT NULL,
  p INTEGER NOT NULL, o INTEGER, status INTEGER NOT NULL, value TEXT, form INTEGER,
  start TEXT, "end" TEXT, period TEXT, origin INTEGER);
INSERT INTO statement
  (iri, s, p, o, status, value, form, start, "end", period, origin)
  SELECT r.st, a.id, t.id, b.id, max(r.status = ':TARGET'), r.value, f.id,
    x.start, x."end", x.period, g.id
  FROM raw.statement r JOIN thing a ON a.iri = r.s JOIN term t ON t.iri = r.p
  LEFT JOIN thing b ON b.iri = r.o
  LEFT JOIN form f ON f.datatype = r.datatype AND f.language = r.language
  LEFT JOIN raw.extra x ON x.st = r.st
  LEFT JOIN origin g ON g.datasets = x.datasets AND g.evidence = x.evidence
  GROUP BY r.st ORDER BY r.st;
DROP INDEX raw_origin;
CREATE INDEX statement_s ON statement (s, p, status, o);
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
-- Links that rules found, one for each pair of things that no statement links: the
-- first in the order of "subject predicate object".
CREATE TABLE raw.pair AS SELECT min(a.id, b.id) AS one, max(a.id, b.id) AS two,
  min(i.s || ' ' || i.p || ' ' || i.o) AS key, a.id AS s, b.id AS o, t.id AS p
  FROM raw.inferred i JOIN thing a ON a.iri = i.s JOIN thing b ON b.iri = i.o
  JOIN term t ON t.iri = i.p GROUP BY 1, 2;
CREATE TABLE drawn (s INTEGER, o INTEGER, p INTEGER NOT NULL, PRIMARY KEY (s, o))
  WITHOUT ROWID;
INSERT INTO drawn SELECT s, o, p FROM raw.pair x WHERE NOT EXISTS (
    SELECT 1 FROM near n JOIN rank r ON r.place = n.place
    WHERE n.thing = x.s AND r.thing = x.o) ORDER BY s, o;
CREATE INDEX drawn_o ON drawn (o, s);
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
