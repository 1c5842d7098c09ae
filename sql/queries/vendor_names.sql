-- one row per vendor and name that people know it by: id, names, other spellings, brands of its models, names of its products
SELECT vendor_id, vendor_id AS name, TRUE AS own FROM vendor
UNION
SELECT vendor_id, name_en, TRUE FROM vendor
UNION
SELECT vendor_id, name_zh, TRUE FROM vendor WHERE name_zh IS NOT NULL
UNION
SELECT a.id, a.alias, FALSE FROM alias AS a SEMI JOIN vendor AS v ON v.vendor_id = a.id WHERE a.kind IN ('vendor', 'family')
UNION
SELECT vendor_id, value, FALSE FROM fact WHERE key = 'product'
ORDER BY own DESC, vendor_id, name
