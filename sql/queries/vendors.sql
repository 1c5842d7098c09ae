-- one row per vendor, with what the catalog holds of it
SELECT
    v.*,
    (SELECT count(*) FROM model AS m WHERE m.vendor_id = v.vendor_id) AS models,
    (SELECT count(*) FROM model AS m WHERE m.vendor_id = v.vendor_id AND m.open_weights) AS open_models,
    (SELECT max(released) FROM model AS m WHERE m.vendor_id = v.vendor_id) AS latest_release,
    (SELECT count(*) FROM fact AS f WHERE f.vendor_id = v.vendor_id) AS facts,
    parent.name_en AS parent
FROM vendor AS v
LEFT JOIN vendor AS parent ON parent.vendor_id = v.parent_id
ORDER BY models DESC, v.name_en
