-- one row per relation of one vendor, either way
SELECT
    r.kind, coalesce(a.name_en, r.from_id) AS from_name, coalesce(b.name_en, r.to_id) AS to_name, r.amount, r.currency,
    r.note, r.as_of, coalesce(s.title, r.source_id) AS source, s.url
FROM relation AS r
LEFT JOIN vendor AS a ON a.vendor_id = r.from_id
LEFT JOIN vendor AS b ON b.vendor_id = r.to_id
LEFT JOIN source AS s ON s.source_id = r.source_id
WHERE r.from_id = $vendor_id OR r.to_id = $vendor_id
ORDER BY r.as_of DESC NULLS LAST
