-- one row per product and date of a market's sheet: its list price then, with the model's day of
-- release; `whole` where the price comes from a sheet of the whole market rather than from one model's page
SELECT l.sheet AS as_of, l.product_id, l.model, l.basis, l.provider, l.blended_per_mtok, l.source_id, m.released,
    regexp_matches(l.source_id, '-\d{4}-\d{2}-\d{2}$') AS whole
FROM list_prices_at($ratio, cached := $cached) AS l
LEFT JOIN model AS m ON m.model_id = l.product_id
WHERE l.sheet IS NOT NULL
ORDER BY l.sheet, l.product_id
