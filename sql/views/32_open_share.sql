-- one row per vendor with models: the share of those with open weights among those of which it is known
CREATE VIEW open_share AS
SELECT
    vendor_id,
    count(*) AS models,
    count(open_weights) AS known,
    count(*) FILTER (open_weights) AS open_models,
    count(*) FILTER (open_weights) / nullif(count(open_weights), 0) AS share
FROM model
GROUP BY vendor_id;
