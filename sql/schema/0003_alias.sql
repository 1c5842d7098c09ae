-- one row per other name of a model, vendor, provider or family; `id` is ours
CREATE TABLE alias (kind VARCHAR NOT NULL, alias VARCHAR NOT NULL, id VARCHAR NOT NULL, as_of DATE, source_id VARCHAR);
