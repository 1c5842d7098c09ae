-- one row per language model as a reader knows it (a second name of it is no row), newest first, with its source
SELECT
    m.model_id, m.name, m.vendor_id, v.name_en AS vendor_en, v.name_zh AS vendor_zh, m.released, m.params_b, m.open_weights,
    m.as_of, coalesce(s.title, m.source_id) AS source, s.url
FROM model AS m
INNER JOIN vendor AS v USING (vendor_id)
LEFT JOIN source AS s ON s.source_id = m.source_id
WHERE m.model_id = m.product_id AND m.kind IN ('text', 'multimodal') AND v.segment <> 'reference'
ORDER BY m.released DESC NULLS LAST, m.model_id
