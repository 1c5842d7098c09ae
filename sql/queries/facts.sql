-- one row per fact about one vendor: as its source states it, in US dollars at the rate of its day (`usd`) where it is money
-- (null where that day has no rate), and where it comes from
SELECT
    f.vendor_id, f.dimension, f.key, f.value, f.unit, n.value AS usd, f.note, f.as_of,
    coalesce(s.title, f.source_id) AS source, s.url, f.source_id
FROM fact AS f
LEFT JOIN source AS s USING (source_id)
LEFT JOIN (SELECT DISTINCT vendor_id, key, stated, unit, as_of, value FROM fact_figure WHERE value_unit = 'USD') AS n
    ON n.vendor_id = f.vendor_id AND n.key = f.key AND n.stated = TRY_CAST(f.value AS DOUBLE) AND n.unit = f.unit
    AND n.as_of IS NOT DISTINCT FROM f.as_of
WHERE f.vendor_id = $vendor_id
ORDER BY f.dimension, f.key, f.as_of DESC
