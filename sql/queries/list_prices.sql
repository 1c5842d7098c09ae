-- one row per product with a list price now (macro `list_prices_at`), with the model's, the maker's and the source's names
SELECT
    l.* EXCLUDE (sheet), m.open_weights, m.licence, m.params_b, m.context_tokens, m.released,
    v.name_en AS vendor_en, v.name_zh AS vendor_zh, v.segment, v.country, s.title AS source, s.url
FROM list_prices_at($ratio, cached := $cached) AS l
LEFT JOIN model AS m ON m.model_id = l.product_id
LEFT JOIN vendor AS v ON v.vendor_id = l.vendor_id
LEFT JOIN source AS s ON s.source_id = l.source_id
WHERE l.sheet IS NULL
ORDER BY l.blended_per_mtok, l.product_id
