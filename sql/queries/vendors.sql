-- one row per vendor, with what the catalog holds of it; its value is the newest valuation or market capitalisation, in US
-- dollars of its day, or its group's (`value_of_group` names it) where it has none of its own; none older than three years
-- before the newest fact, as in positions
WITH value AS (
    SELECT vendor_id, value, as_of FROM vendor_position
    WHERE input = 'valuation' AND as_of > (SELECT max(as_of) FROM fact) - INTERVAL 3 YEAR
)

SELECT
    v.*,
    (SELECT count(*) FROM model AS m WHERE m.vendor_id = v.vendor_id) AS models,
    (SELECT count(*) FROM model AS m WHERE m.vendor_id = v.vendor_id AND m.open_weights) AS open_models,
    (SELECT max(released) FROM model AS m WHERE m.vendor_id = v.vendor_id) AS latest_release,
    (SELECT count(*) FROM fact AS f WHERE f.vendor_id = v.vendor_id) AS facts,
    parent.name_en AS parent,
    coalesce(own.value, theirs.value) AS value_usd,
    if(own.value IS NULL, theirs.as_of, own.as_of) AS value_as_of,
    if(own.value IS NULL AND theirs.value IS NOT NULL, v.parent_id, NULL) AS value_of_group
FROM vendor AS v
LEFT JOIN vendor AS parent ON parent.vendor_id = v.parent_id
LEFT JOIN value AS own ON own.vendor_id = v.vendor_id
LEFT JOIN value AS theirs ON theirs.vendor_id = v.parent_id
ORDER BY models DESC, v.name_en
