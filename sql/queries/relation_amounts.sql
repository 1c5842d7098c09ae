-- one row per relation of two vendors, the largest amount first; `amount` is as the source has it, `usd` in dollars of its day
SELECT
    r.from_id, a.name_en AS from_en, a.name_zh AS from_zh, r.to_id, b.name_en AS to_en, b.name_zh AS to_zh,
    r.kind, r.amount, r.currency, r.usd, r.note, r.as_of, coalesce(s.title, r.source_id) AS source, s.url, r.source_id
FROM relation_amount AS r
LEFT JOIN vendor AS a ON a.vendor_id = r.from_id
LEFT JOIN vendor AS b ON b.vendor_id = r.to_id
LEFT JOIN source AS s ON s.source_id = r.source_id
ORDER BY r.usd DESC NULLS LAST, r.from_id, r.to_id, r.kind, r.as_of DESC
