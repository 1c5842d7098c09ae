-- one row per fact about the given vendors that is a number or a text, newest of each key and unit first
SELECT f.vendor_id, f.dimension, f.key, f.value, f.unit, f.note, f.as_of, f.source_id, coalesce(s.title, f.source_id) AS source
FROM fact AS f LEFT JOIN source AS s USING (source_id)
WHERE list_contains($vendor_ids, f.vendor_id)
ORDER BY f.vendor_id, f.dimension, f.key, f.as_of DESC NULLS LAST, f.unit, f.value
