-- one row per reported score, with the names of model, vendor and benchmark, and the benchmark's chance level and role.
-- `benchmark` is the test under its set-up, by name; `setting` holds the effort too, where the source states one
SELECT
    r.model_id, r.benchmark_id, coalesce(b.name_en, r.benchmark_id) AS benchmark, b.metric, r.score, r.unit, r.stderr, r.effort,
    nullif(concat_ws('; ', nullif(r.effort, 'default'), r.setting), '') AS setting, r.reported_by, r.reporter, r.evidence,
    r.as_of, r.source_id, m.name AS model, m.product_id, m.kind, m.vendor_id, m.released, m.open_weights, m.params_b,
    v.name_en AS vendor_en, v.name_zh AS vendor_zh, v.segment, v.country, coalesce(s.title, r.source_id) AS source, s.url,
    b.chance, b.role, b.set_up_by, b.domain, b.family, b.language
FROM reported_score AS r
LEFT JOIN model AS m USING (model_id)
LEFT JOIN vendor AS v ON v.vendor_id = m.vendor_id
LEFT JOIN benchmark AS b USING (benchmark_id)
LEFT JOIN source AS s ON s.source_id = r.source_id
ORDER BY benchmark, r.score DESC
