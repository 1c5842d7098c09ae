-- one row per vendor and year of release: how many models it released, how many of them with open weights
CREATE VIEW release_cadence AS
SELECT
    vendor_id,
    year(released) AS year,
    count(*) AS models,
    count(*) FILTER (open_weights) AS open_models,
    min(released) AS first_release,
    max(released) AS last_release
FROM model
WHERE released IS NOT NULL
GROUP BY ALL;
