-- one row per fact in words that positioning counts: the domains, products and channels of each vendor
SELECT f.vendor_id, f.key, f.value, f.source_id
FROM fact AS f
JOIN vendor AS v USING (vendor_id)
WHERE v.segment <> 'reference' AND f.key IN ('domain', 'product', 'channel')
ORDER BY f.vendor_id, f.key, f.value
