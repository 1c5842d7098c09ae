-- one row per vendor and input of its position, with where the value came from
SELECT
    p.vendor_id, p.dimension, p.input, p.value, p.unit, p.origin, p.as_of, p.source_id, p.stated, p.stated_unit, p.note
FROM vendor_position AS p
JOIN vendor AS v USING (vendor_id)
WHERE v.segment <> 'reference'
ORDER BY p.dimension, p.input, p.vendor_id
