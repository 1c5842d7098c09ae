-- one row per vendor, dimension and input of positioning
SELECT p.*, coalesce(s.title, p.source_id) AS source
FROM vendor_position AS p LEFT JOIN source AS s USING (source_id)
ORDER BY p.vendor_id, p.dimension, p.input, p.unit, p.value
