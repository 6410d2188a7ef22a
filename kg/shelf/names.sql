-- What is called by names that a thing's row does not tell: sources, publishers and
-- datasets, and things with names by other properties or of other languages.
-- page_zh and page_en are names as pages tell them (kg.query.read.names), net_zh and
-- net_en as the network does (kg.analysis.projection): they differ in what a name
-- without a language is.
CREATE INDEX raw.label_iri ON label (iri, language, text);
CREATE TABLE raw.odd (iri TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT OR IGNORE INTO raw.odd SELECT l.iri FROM raw.label l
  JOIN thing t ON t.iri = l.iri WHERE t.is_named;
INSERT OR IGNORE INTO raw.odd SELECT n.iri FROM raw.name n
  JOIN thing t ON t.iri = n.iri WHERE t.is_named AND n.preferred = 1
  AND n.language NOT IN ('zh', 'en');
DELETE FROM source WHERE iri NOT IN
  (SELECT source FROM evidence WHERE source IS NOT NULL);
INSERT OR IGNORE INTO raw.odd SELECT source FROM evidence WHERE source IS NOT NULL;
INSERT OR IGNORE INTO raw.odd SELECT publisher FROM source WHERE is_iri = 1;
INSERT OR IGNORE INTO raw.odd SELECT DISTINCT d.value
  FROM origin, json_each(datasets) d WHERE d.value IN (SELECT iri FROM raw.dataset);
CREATE TABLE raw.called AS
  SELECT o.iri AS iri, lower(substr(l.language, 1, 2)) AS language, l.text AS text
  FROM raw.odd o JOIN raw.label l ON l.iri = o.iri
  UNION SELECT o.iri, lower(substr(n.language, 1, 2)), n.text
  FROM raw.odd o JOIN raw.name n ON n.iri = o.iri WHERE n.preferred = 1;
CREATE INDEX raw.called_iri ON called (iri, language, text);
CREATE TABLE label (iri TEXT PRIMARY KEY, page_zh TEXT NOT NULL, page_en TEXT NOT NULL,
  net_zh TEXT NOT NULL, net_en TEXT NOT NULL, basis TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO label SELECT o.iri,
  coalesce(min(CASE WHEN language IN ('zh', '') THEN text END), ''),
  coalesce(min(CASE WHEN language = 'en' THEN text END), ''),
  coalesce(min(CASE WHEN language = 'zh' THEN text END), ''),
  coalesce(min(CASE WHEN language = 'en' THEN text END),
           min(CASE WHEN language = '' THEN text END), ''),
  coalesce((SELECT min(b.text) FROM raw.basis b WHERE b.iri = o.iri), '')
  FROM raw.odd o LEFT JOIN raw.called c ON c.iri = o.iri GROUP BY o.iri;
