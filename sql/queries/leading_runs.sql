-- one row per leading run (view `leading_run`), by suite and model, with its vendor, its segment and its model's size and terms
SELECT
    r.run_id, r.model, r.model_id, r.vendor_id, r.revision, r.params, r.suite, r.suite_version, r.engine, r.dtype,
    r.device, r.origin, r.started, r.sealed, r.item_limit, r.item_sample, r.partial, r.valid, r.chat_template, r.source,
    coalesce(v.name_en, r.vendor_id) AS vendor_en, v.name_zh AS vendor_zh,
    CASE WHEN r.vendor_id = 'reference' THEN 'reference' ELSE coalesce(v.segment, mv.segment) END AS segment,
    coalesce(v.country, mv.country) AS country,
    coalesce(m.params_b, r.params / 1e9) AS params_b, m.open_weights, m.licence, m.released
FROM leading_run AS r
LEFT JOIN vendor AS v ON v.vendor_id = r.vendor_id
LEFT JOIN model AS m ON m.model_id = r.model_id
LEFT JOIN vendor AS mv ON mv.vendor_id = m.vendor_id
ORDER BY r.suite, r.suite_version, r.model, r.run_id
