-- one row per vendor and input of its position as known by `known_by`: the raw value, in US dollars at the rate of its day where it
-- is money, and where it came from (`origin`: fact, catalog or measured). `stated`, `stated_unit` and `note` are the source's
-- own. Of several facts of one key the newest counts; of training costs, each of one model, the highest. Facts count from their
-- day, models from their release (where that is unknown, from the day of their source), undated rows only now; offers, list prices
-- and our own runs are those of now whatever the day. A missing input has no row; it is never zero, but a count over a vendor's own
-- models in the catalog may be.
CREATE MACRO vendor_position_at(known_by) AS TABLE
WITH known_fact AS (FROM fact_figure WHERE coalesce(as_of, DATE '9999-12-31') <= known_by),

known_model AS (FROM model WHERE coalesce(released, as_of, DATE '9999-12-31') <= known_by),

newest_fact AS (
    SELECT vendor_id, dimension, key, value, value_unit, stated, unit, note, as_of, source_id
    FROM known_fact
    WHERE value IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY vendor_id, key
        ORDER BY if(key = 'training_cost', value, NULL) DESC NULLS LAST, as_of DESC NULLS LAST, value DESC, source_id
    ) = 1
),

-- rounds taken together, and those of them that are newer than the newest stated total
funding AS (
    SELECT
        round.vendor_id, sum(round.value) AS value, max(round.as_of) AS as_of,
        string_agg(DISTINCT round.source_id, ', ' ORDER BY round.source_id) AS source_id,
        coalesce(sum(round.value) FILTER (round.as_of > total.as_of), 0) AS since
    FROM known_fact AS round
    LEFT JOIN newest_fact AS total ON total.vendor_id = round.vendor_id AND total.key = 'funding_total'
    WHERE round.key = 'funding_round' AND round.value IS NOT NULL
    GROUP BY round.vendor_id
),

total AS (
    SELECT newest_fact.*, newest_fact.value + coalesce(funding.since, 0) AS raised,
        newest_fact.value + coalesce(funding.since, 0) >= coalesce(funding.value, 0) AS more
    FROM newest_fact
    LEFT JOIN funding USING (vendor_id)
    WHERE newest_fact.key = 'funding_total'
),

counted_fact AS (
    SELECT
        vendor_id, key, count(DISTINCT value)::DOUBLE AS value, max(as_of) AS as_of,
        string_agg(DISTINCT source_id, ', ' ORDER BY source_id) AS source_id
    FROM fact
    WHERE key IN ('domain', 'product', 'channel', 'dataset') AND coalesce(as_of, DATE '9999-12-31') <= known_by
    GROUP BY vendor_id, key
),

latest AS (SELECT max(released) AS newest FROM known_model),

product AS (
    SELECT known_model.*, known_model.released > latest.newest - INTERVAL 2 YEAR AS recent
    FROM known_model, latest
    WHERE model_id = product_id AND kind IN ('text', 'multimodal')
),

modality AS (
    SELECT vendor_id, unnest(string_split(coalesce(input_modalities || ';', '') || coalesce(output_modalities, ''), ';'))
        AS modality
    FROM known_model
),

house AS (SELECT vendor_id, coalesce(parent_id, vendor_id) AS house FROM vendor),

host AS (
    SELECT model.vendor_id, count(DISTINCT provider_id) AS value, max(offer.as_of) AS as_of
    FROM token_offer AS offer
    INNER JOIN model USING (model_id)
    INNER JOIN provider USING (provider_id)
    LEFT JOIN house AS seller ON seller.vendor_id = provider.vendor_id
    LEFT JOIN house AS maker ON maker.vendor_id = model.vendor_id
    WHERE offer.sheet IS NULL AND offer.seller IS NOT NULL AND NOT offer.stale AND provider.kind IN ('cloud', 'host')
        AND seller.house IS DISTINCT FROM maker.house
    GROUP BY model.vendor_id
),

derived AS (
    SELECT base.vendor_id, count(DISTINCT model.product_id) AS value
    FROM known_model AS model
    INNER JOIN model AS base ON base.model_id = model.derived_from
    INNER JOIN house AS own ON own.vendor_id = model.vendor_id
    INNER JOIN house AS theirs ON theirs.vendor_id = base.vendor_id
    WHERE own.house <> theirs.house
    GROUP BY base.vendor_id
),

input AS (
    SELECT vendor_id, dimension, key AS input, value, value_unit AS unit, 'fact' AS origin, as_of, source_id, stated,
        unit AS stated_unit, note
    FROM newest_fact
    WHERE key <> 'funding_round'
    UNION ALL
    SELECT vendor_id, 'capital', 'funds_raised', if(total.more, total.raised, funding.value), 'USD', 'fact',
        greatest(total.as_of, funding.as_of), if(total.more, total.source_id, funding.source_id), NULL, NULL,
        if(total.more, total.note, NULL)
    FROM funding
    FULL JOIN total USING (vendor_id)
    UNION ALL
    SELECT vendor_id, 'rnd', 'datasets', greatest(coalesce(named.value, 0), coalesce(graph.value, 0)), 'data sets', 'fact',
        if(graph.value > coalesce(named.value, 0), graph.as_of, named.as_of),
        if(graph.value > coalesce(named.value, 0), graph.source_id, named.source_id), NULL, NULL, NULL
    FROM (SELECT * FROM counted_fact WHERE key = 'dataset') AS named
    FULL JOIN (SELECT * FROM newest_fact WHERE key = 'datasets_released') AS graph USING (vendor_id)
    UNION ALL
    SELECT vendor_id, if(key = 'channel', 'business', 'application'), key || 's', value, key || 's', 'fact', as_of, source_id,
        NULL, NULL, NULL
    FROM counted_fact
    WHERE key <> 'dataset'
    UNION ALL
    SELECT vendor_id, 'rnd', 'releases_per_year', count(*) FILTER (recent AND NOT ends_with(model_id, '-latest')) / 2, 'models a year',
        'catalog', max(released), NULL, NULL, NULL, NULL
    FROM product
    GROUP BY vendor_id
    HAVING count(released) > 0
    UNION ALL
    SELECT vendor_id, 'rnd', 'open_weights_share', count(*) FILTER (open_weights) / count(open_weights), 'fraction', 'catalog',
        NULL, NULL, NULL, NULL, NULL
    FROM known_model
    GROUP BY vendor_id
    HAVING count(open_weights) > 0
    UNION ALL
    SELECT vendor_id, 'rnd', 'measured_index:' || suite, max(index), 'fraction', 'measured', max(sealed)::DATE, NULL, NULL,
        NULL, NULL
    FROM run_index
    INNER JOIN leading_run USING (run_id)
    WHERE vendor_id IS NOT NULL AND origin = 'measured'
    GROUP BY vendor_id, suite
    UNION ALL
    SELECT vendor_id, 'application', 'modalities', count(DISTINCT modality), 'modalities', 'catalog', NULL, NULL, NULL, NULL, NULL
    FROM modality
    WHERE modality <> ''
    GROUP BY vendor_id
    UNION ALL
    SELECT vendor_id, 'business', 'median_list_price', median(blended_per_mtok), 'USD per million tokens', 'catalog',
        max(as_of), NULL, NULL, NULL, NULL
    FROM list_price
    WHERE vendor_id IS NOT NULL
    GROUP BY vendor_id
    UNION ALL
    SELECT vendor_id, 'ecosystem', 'hosts', coalesce(host.value, 0), 'hosts', 'catalog', host.as_of, NULL, NULL, NULL, NULL
    FROM (SELECT DISTINCT vendor_id FROM product)
    LEFT JOIN host USING (vendor_id)
    UNION ALL
    SELECT vendor_id, 'ecosystem', 'derived_products', coalesce(derived.value, 0), 'models', 'catalog', NULL, NULL, NULL, NULL, NULL
    FROM (SELECT DISTINCT vendor_id FROM product)
    LEFT JOIN derived USING (vendor_id)
    UNION ALL
    SELECT vendor_id, 'ecosystem', 'open_products', count(*) FILTER (open_weights), 'models', 'catalog',
        max(released) FILTER (open_weights), NULL, NULL, NULL, NULL
    FROM product
    WHERE recent
    GROUP BY vendor_id
    HAVING count(open_weights) > 0
)

SELECT
    input.vendor_id, vendor.segment, vendor.country, dimension, input, value, unit, origin, input.as_of, input.source_id,
    stated, stated_unit, note
FROM input
INNER JOIN vendor USING (vendor_id)
WHERE vendor.segment <> 'reference';
