-- one row per vendor and stage of the value chain at which it stands, by the newest source that says so
SELECT
    v.vendor_id, v.name_en, v.name_zh, v.segment, v.country, f.value AS stage, f.note, f.as_of,
    coalesce(s.title, f.source_id) AS source, s.url
FROM fact AS f
INNER JOIN vendor AS v USING (vendor_id)
LEFT JOIN source AS s ON s.source_id = f.source_id
WHERE f.key = 'position' AND v.segment <> 'reference'
QUALIFY row_number() OVER (PARTITION BY f.vendor_id, f.value ORDER BY f.as_of DESC NULLS LAST, f.source_id) = 1
ORDER BY v.vendor_id, f.value
