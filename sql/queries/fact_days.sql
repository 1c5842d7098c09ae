-- one row per vendor and key of its facts: how many there are, and the newest day; a fact that says "not listed" is no listing
SELECT vendor_id, key, count(*) AS facts, max(as_of) AS newest
FROM fact
WHERE NOT (key = 'listing' AND value = 'not listed')
GROUP BY vendor_id, key
ORDER BY vendor_id, key
