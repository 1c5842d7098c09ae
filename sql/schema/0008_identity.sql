-- A number hangs on the right model, test, offer and day: products, set-ups, tiers, periods of names; rates of exchange and
-- what tasks cost. The catalog's tables are filled anew from its files at the next publish; imported scores are kept.

ALTER TABLE model ADD COLUMN product_id VARCHAR;
ALTER TABLE model ADD COLUMN kind VARCHAR;
ALTER TABLE model ADD COLUMN derived_from VARCHAR;
UPDATE model SET product_id = model_id;
ALTER TABLE provider ADD COLUMN kind VARCHAR;
ALTER TABLE price ADD COLUMN tier VARCHAR DEFAULT 'standard';
ALTER TABLE price ADD COLUMN per VARCHAR DEFAULT 'token';
ALTER TABLE alias ADD COLUMN valid_from DATE;
ALTER TABLE alias ADD COLUMN valid_to DATE;
-- one row per currency and date: what one unit of it cost in USD
CREATE TABLE fx (
    currency VARCHAR NOT NULL, usd_per_unit DOUBLE NOT NULL, as_of DATE NOT NULL, source_id VARCHAR,
    PRIMARY KEY (currency, as_of)
);
-- one row per score that somebody published; never mixed with measured ones. `benchmark_id` is a test under one set-up; an
-- imported score of a test that the catalog lacks has its source's own name there
CREATE TABLE scored (
    model_id VARCHAR NOT NULL, benchmark_id VARCHAR NOT NULL, effort VARCHAR, setting VARCHAR, score DOUBLE NOT NULL,
    unit VARCHAR, stderr DOUBLE, reported_by VARCHAR, reporter VARCHAR, evidence VARCHAR, as_of DATE, source_id VARCHAR
);
INSERT INTO scored BY NAME
SELECT
    r.model_id, coalesce(b.benchmark_id, r.benchmark) AS benchmark_id, 'default' AS effort, r.setting, r.score, r.unit,
    r.reported_by, r.reporter, 'primary' AS evidence, r.as_of, r.source_id
FROM reported_score AS r LEFT JOIN benchmark AS b ON b.name_en = r.benchmark;
DROP TABLE reported_score;
ALTER TABLE scored RENAME TO reported_score;
-- one row per cost, number of tokens or time that a task of a benchmark took a model, as somebody published it
CREATE TABLE task_cost (
    model_id VARCHAR NOT NULL, benchmark_id VARCHAR NOT NULL, effort VARCHAR, setting VARCHAR, key VARCHAR NOT NULL,
    value DOUBLE NOT NULL, unit VARCHAR NOT NULL, reported_by VARCHAR, evidence VARCHAR, as_of DATE, source_id VARCHAR
);
