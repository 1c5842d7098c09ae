-- one row per vendor and measure of a claim as known on `$day` that needs facts other than positions have: stages of the value
-- chain, the share of them that are base model or application, and whether its largest known training reached 1e25 FLOP
WITH stage AS (
    SELECT
        vendor_id, count(DISTINCT value) AS stages,
        count(DISTINCT value) FILTER (value IN ('base-model', 'application')) AS narrow,
        string_agg(DISTINCT value, ', ' ORDER BY value) AS note, max(as_of) AS as_of,
        string_agg(DISTINCT source_id, ', ' ORDER BY source_id) AS source_id
    FROM fact
    WHERE key = 'position' AND coalesce(as_of, DATE '9999-12-31') <= CAST($day AS DATE)
    GROUP BY vendor_id
),

training AS (
    SELECT
        vendor_id, max(value) AS flop, arg_max(note, value) AS note, arg_max(as_of, value) AS as_of,
        arg_max(source_id, value) AS source_id
    FROM fact_figure
    WHERE key IN ('training_compute', 'largest_training_compute')
        AND coalesce(as_of, DATE '9999-12-31') <= CAST($day AS DATE)
    GROUP BY vendor_id
),

measure AS (
    SELECT vendor_id, 'stages' AS input, stages::DOUBLE AS value, note, as_of, source_id
    FROM stage
    UNION ALL
    SELECT vendor_id, 'base_and_application_share', narrow / stages, note, as_of, source_id
    FROM stage
    UNION ALL
    SELECT vendor_id, 'trained_at_1e25', (flop >= 1e25)::DOUBLE, printf('%.2g FLOP: %s', flop, coalesce(note, '')), as_of, source_id
    FROM training
)

SELECT measure.vendor_id, input, value, note, measure.as_of, measure.source_id
FROM measure
INNER JOIN vendor USING (vendor_id)
WHERE vendor.segment <> 'reference'
ORDER BY input, vendor_id
