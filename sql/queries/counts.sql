-- one row: how much the database holds
SELECT
    (SELECT count(*) FROM vendor WHERE segment <> 'reference') AS vendors,
    (SELECT count(*) FROM model) AS models,
    (SELECT count(DISTINCT provider_id || '/' || offer_id) FROM price) AS offers,
    (SELECT count(*) FROM fact) AS facts,
    (SELECT count(*) FROM reported_score) AS reported_scores,
    (SELECT count(*) FROM run WHERE origin = 'measured' AND vendor_id IS DISTINCT FROM 'reference') AS measured_runs,
    (SELECT count(*) FROM run WHERE origin = 'measured' AND vendor_id = 'reference') AS reference_runs,
    (SELECT count(*) FROM run WHERE origin = 'imported') AS imported_runs,
    (SELECT count(*) FROM source) AS sources
