-- one row per relation of the given vendors, either way, with its amount as stated and in US dollars at the rate of its day
SELECT
    r.from_id, r.to_id, r.kind, coalesce(a.name_en, r.from_id) AS from_en, a.name_zh AS from_zh,
    coalesce(b.name_en, r.to_id) AS to_en, b.name_zh AS to_zh, r.amount, r.currency, r.usd, r.note, r.as_of, r.source_id,
    coalesce(s.title, r.source_id) AS source, s.url
FROM relation_amount AS r
LEFT JOIN vendor AS a ON a.vendor_id = r.from_id
LEFT JOIN vendor AS b ON b.vendor_id = r.to_id
LEFT JOIN source AS s ON s.source_id = r.source_id
WHERE list_contains($vendor_ids, r.from_id) OR list_contains($vendor_ids, r.to_id)
ORDER BY r.as_of DESC NULLS LAST, r.from_id, r.to_id, r.kind
