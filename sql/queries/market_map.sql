-- one row per vendor: its newest value in US dollars of the last $value_years years, with where that is from, and how many
-- language models it released in the last $model_years years (both up to the newest release of the catalog, `day`).
-- Of two values of one day the higher one counts; a model under a second name is not counted again.
WITH latest AS (SELECT max(released) AS day FROM model),

newest_value AS (
    SELECT f.vendor_id, f.value, f.note, f.as_of, f.source_id
    FROM fact_figure AS f, latest
    WHERE f.key = 'valuation' AND f.value > 0 AND f.as_of > latest.day - to_years($value_years::INTEGER)
    QUALIFY row_number() OVER (PARTITION BY f.vendor_id ORDER BY f.as_of DESC, f.value DESC, f.source_id) = 1
),

released AS (
    SELECT m.vendor_id, count(*) AS models
    FROM model AS m, latest
    WHERE m.model_id = m.product_id AND m.kind IN ('text', 'multimodal')
        AND m.released > latest.day - to_years($model_years::INTEGER)
    GROUP BY m.vendor_id
)

SELECT
    v.vendor_id, v.name_en, v.name_zh, v.segment, v.country, n.value, n.as_of, n.note, coalesce(s.title, n.source_id) AS source,
    s.url, coalesce(r.models, 0) AS models, latest.day, v.parent_id, parent.name_en AS parent_en, parent.name_zh AS parent_zh
FROM vendor AS v
CROSS JOIN latest
LEFT JOIN newest_value AS n USING (vendor_id)
LEFT JOIN released AS r USING (vendor_id)
LEFT JOIN source AS s ON s.source_id = n.source_id
LEFT JOIN vendor AS parent ON parent.vendor_id = v.parent_id
WHERE v.segment <> 'reference'
ORDER BY n.value DESC NULLS LAST, v.vendor_id
