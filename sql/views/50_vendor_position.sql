-- one row per vendor, dimension and input: the raw value that positioning starts from, with its unit and where it came
-- from (`origin`: fact, catalog, reported price or measured). A missing input has no row; it is never zero.
CREATE VIEW vendor_position AS
WITH newest_fact AS (
    SELECT vendor_id, dimension, key, TRY_CAST(value AS DOUBLE) AS value, unit, as_of, source_id
    FROM fact
    WHERE TRY_CAST(value AS DOUBLE) IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY vendor_id, dimension, key, unit ORDER BY as_of DESC NULLS LAST, source_id
    ) = 1
),

latest AS (SELECT max(released) AS day FROM model),

modality AS (
    SELECT vendor_id, unnest(string_split(coalesce(input_modalities || ';', '') || coalesce(output_modalities, ''), ';'))
        AS modality
    FROM model
),

input AS (
    SELECT vendor_id, dimension, key AS input, value, unit, 'fact' AS origin, as_of, source_id FROM newest_fact
    UNION ALL
    SELECT vendor_id, 'rnd', 'models_two_years', count(*), 'models', 'catalog', max(released), NULL
    FROM model, latest
    WHERE released > latest.day - INTERVAL 2 YEAR
    GROUP BY vendor_id
    UNION ALL
    SELECT vendor_id, 'rnd', 'open_weights_share', share, 'fraction', 'catalog', NULL, NULL
    FROM open_share
    WHERE share IS NOT NULL
    UNION ALL
    SELECT vendor_id, 'rnd', 'measured_index:' || suite, max(index), 'fraction', 'measured', max(sealed)::DATE, NULL
    FROM run_index
    INNER JOIN leading_run USING (run_id)
    WHERE vendor_id IS NOT NULL AND origin = 'measured'
    GROUP BY vendor_id, suite
    UNION ALL
    SELECT vendor_id, 'application', 'modalities', count(DISTINCT modality), 'modalities', 'catalog', NULL, NULL
    FROM modality
    WHERE modality <> ''
    GROUP BY vendor_id
    UNION ALL
    SELECT vendor_id, 'application', 'providers', providers, 'providers', 'catalog', NULL, NULL
    FROM vendor_reach
    WHERE providers > 0
    UNION ALL
    SELECT vendor_id, 'business', 'median_list_price', median(blended_per_mtok), 'USD per million tokens', 'catalog',
        max(as_of), NULL
    FROM list_price
    WHERE vendor_id IS NOT NULL
    GROUP BY vendor_id
    UNION ALL
    SELECT vendor_id, 'ecosystem', 'other_providers', others, 'providers', 'catalog', NULL, NULL
    FROM vendor_reach
    WHERE providers > 0
)

SELECT input.vendor_id, vendor.segment, vendor.country, dimension, input, value, unit, origin, input.as_of, input.source_id
FROM input
INNER JOIN vendor USING (vendor_id)
WHERE vendor.segment <> 'reference';
