-- one row per relation of one vendor, either way, its amount as stated and in US dollars at the rate of its day
SELECT
    r.kind, r.from_id, r.to_id, coalesce(a.name_en, r.from_id) AS from_en, a.name_zh AS from_zh,
    coalesce(b.name_en, r.to_id) AS to_en, b.name_zh AS to_zh, r.amount, r.currency, r.usd,
    r.note, r.as_of, coalesce(s.title, r.source_id) AS source, s.url, r.source_id
FROM relation_amount AS r
LEFT JOIN vendor AS a ON a.vendor_id = r.from_id
LEFT JOIN vendor AS b ON b.vendor_id = r.to_id
LEFT JOIN source AS s ON s.source_id = r.source_id
WHERE r.from_id = $vendor_id OR r.to_id = $vendor_id
ORDER BY r.as_of DESC NULLS LAST
