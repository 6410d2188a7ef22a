-- Things numbered by their Chinese names, what they have, and empty lists.
-- spell(text) is the key of the order of Chinese names (kg.model.pinyin).
CREATE INDEX raw.type_iri ON type (iri, class, stated);
CREATE INDEX raw.name_iri ON name (iri, preferred, language, text);
CREATE TABLE raw.known AS SELECT iri, (SELECT min(text) FROM raw.name n
    WHERE n.iri = t.iri AND preferred = 1 AND language = 'zh') AS zh,
  (SELECT min(text) FROM raw.name n
    WHERE n.iri = t.iri AND preferred = 1 AND language = 'en') AS en
  FROM (SELECT iri FROM raw.type UNION SELECT s FROM raw.statement
    UNION SELECT o FROM raw.statement WHERE o IS NOT NULL) t;
CREATE TABLE raw.years AS SELECT iri, min(year) AS year FROM raw.founded GROUP BY iri;
CREATE UNIQUE INDEX raw.years_iri ON years (iri);
CREATE TABLE raw.degrees AS SELECT iri, count(*) AS n FROM (
    SELECT s AS iri FROM raw.statement
    UNION ALL SELECT o FROM raw.statement WHERE o IS NOT NULL) GROUP BY iri;
CREATE UNIQUE INDEX raw.degrees_iri ON degrees (iri);
CREATE INDEX raw.basis_iri ON basis (iri, text);
-- is_named: every name of it was read, so that zh and en are all there is to tell
-- (or 'label' is); of others the store is asked.
CREATE TABLE thing (id INTEGER PRIMARY KEY, iri TEXT NOT NULL, zh TEXT, en TEXT,
  founded TEXT, degree INTEGER NOT NULL, basis TEXT, is_named INTEGER NOT NULL);
INSERT INTO thing SELECT row_number() OVER (ORDER BY spelt, zh, iri) - 1,
  iri, zh, en,
  (SELECT year FROM raw.years y WHERE y.iri = k.iri),
  coalesce((SELECT n FROM raw.degrees d WHERE d.iri = k.iri), 0),
  (SELECT min(text) FROM raw.basis b WHERE b.iri = k.iri),
  EXISTS (SELECT 1 FROM raw.type t WHERE t.iri = k.iri)
  FROM (SELECT iri, zh, en, coalesce(spell(zh), ':NAMELESS') AS spelt FROM raw.known) k
  ORDER BY spelt, zh, iri;
CREATE UNIQUE INDEX thing_iri ON thing (iri);
CREATE TABLE name (thing INTEGER NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL,
  preferred INTEGER NOT NULL);
INSERT INTO name SELECT t.id, n.language, n.text, n.preferred
  FROM raw.name n JOIN thing t ON t.iri = n.iri ORDER BY t.id;
CREATE INDEX name_thing ON name (thing);
CREATE TABLE raw.place AS SELECT id, row_number() OVER (
  ORDER BY coalesce(en, ':NAMELESS'), iri) - 1 AS place FROM thing;
CREATE UNIQUE INDEX raw.place_id ON place (id);
CREATE TABLE raw.spelt AS SELECT id, row_number() OVER (ORDER BY iri) - 1 AS place
  FROM thing;
CREATE UNIQUE INDEX raw.spelt_id ON spelt (id);
CREATE TABLE raw.has AS SELECT DISTINCT t.id AS thing, r.class AS class
  FROM raw.type r JOIN thing t ON t.iri = r.iri ORDER BY t.id, r.class;
CREATE INDEX raw.has_thing ON has (thing, class);
CREATE TABLE raw.linked AS SELECT DISTINCT t.id AS thing, l.relation AS relation,
  l.object AS object FROM raw.link l JOIN thing t ON t.iri = l.iri
  ORDER BY t.id;
CREATE INDEX raw.linked_thing ON linked (thing);
CREATE TABLE in_track (thing INTEGER NOT NULL, track TEXT NOT NULL,
  PRIMARY KEY (thing, track)) WITHOUT ROWID;
INSERT INTO in_track SELECT thing, object FROM raw.linked WHERE relation = 'inTrack';
CREATE TABLE in_place (thing INTEGER NOT NULL, place TEXT NOT NULL,
  PRIMARY KEY (thing, place)) WITHOUT ROWID;
INSERT INTO in_place SELECT thing, object FROM raw.linked
  WHERE relation = 'locatedIn';
CREATE TABLE raw.member (list INTEGER, thing INTEGER);
-- Where the things of a list begin (kg.shelf.packed), in the order of their names.
CREATE TABLE list (key TEXT PRIMARY KEY, length INTEGER NOT NULL,
  zh INTEGER NOT NULL, en INTEGER NOT NULL) WITHOUT ROWID;
-- The class and group a thing is called by; classes: the most specific, as JSON.
CREATE TABLE typed (id INTEGER PRIMARY KEY, type TEXT NOT NULL, grp TEXT NOT NULL,
  classes TEXT NOT NULL);
CREATE TABLE typing (thing INTEGER PRIMARY KEY, typed INTEGER NOT NULL);
CREATE VIEW kind AS SELECT thing, type, grp, classes
  FROM typing JOIN typed ON typed.id = typing.typed;
CREATE TABLE number (key TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE numbers (key TEXT PRIMARY KEY, length INTEGER NOT NULL,
  first INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE value (key TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;

-- Places with the most organisations in a track.
INSERT INTO number SELECT 'place ' || object, count(DISTINCT thing) FROM raw.linked
  WHERE relation = 'locatedIn'
  AND thing IN (SELECT thing FROM raw.linked WHERE relation = 'inTrack')
  GROUP BY object ORDER BY 2 DESC, object LIMIT 40;
INSERT INTO number SELECT 'named zh', count(zh) FROM thing;
INSERT INTO number SELECT 'named en', count(en) FROM thing;
