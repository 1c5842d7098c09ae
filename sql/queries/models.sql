-- one row per model of the catalog, with its vendor
SELECT m.*, v.name_en AS vendor_en, v.name_zh AS vendor_zh, v.segment, v.country
FROM model AS m
LEFT JOIN vendor AS v USING (vendor_id)
ORDER BY m.released DESC NULLS LAST, m.model_id
