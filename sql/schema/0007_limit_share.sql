-- a run's limit: the first N items of each task, or below 1 that share of them
ALTER TABLE run ALTER COLUMN item_limit TYPE DOUBLE;
