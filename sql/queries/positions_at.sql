-- one row per vendor and input of its position as known on `$day`, with where the value came from; inputs whose values are
-- those of now whatever the day (hosts, prices, our own runs) are left out
SELECT p.vendor_id, p.dimension, p.input, p.value, p.unit, p.origin, p.as_of, p.source_id, p.stated, p.stated_unit, p.note
FROM vendor_position_at(CAST($day AS DATE)) AS p
WHERE p.input NOT IN ('hosts', 'median_list_price') AND p.origin <> 'measured'
ORDER BY p.dimension, p.input, p.vendor_id
