-- one row per reported score, with the model's and vendor's names, and its benchmark's chance level and role
SELECT
    r.*, m.name AS model, m.vendor_id, m.released, m.open_weights, m.params_b, v.name_en AS vendor_en,
    v.name_zh AS vendor_zh, v.segment, v.country, coalesce(s.title, r.source_id) AS source, s.url,
    b.chance, b.role
FROM reported_score AS r
LEFT JOIN model AS m USING (model_id)
LEFT JOIN vendor AS v ON v.vendor_id = m.vendor_id
LEFT JOIN benchmark AS b ON b.name_en = r.benchmark
LEFT JOIN source AS s ON s.source_id = r.source_id
ORDER BY r.benchmark, r.score DESC
