-- one row per fact about one vendor, with where it comes from
SELECT f.dimension, f.key, f.value, f.unit, f.note, f.as_of, coalesce(s.title, f.source_id) AS source, s.url
FROM fact AS f LEFT JOIN source AS s USING (source_id)
WHERE f.vendor_id = $vendor_id
ORDER BY f.dimension, f.key, f.as_of DESC
