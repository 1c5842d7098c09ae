-- one row per item of a run whose items have public names (manifest `item_names`): number and name
SELECT CAST(place - 1 AS BIGINT) AS item, name
FROM (
    SELECT unnest(names) AS name, generate_subscripts(names, 1) AS place
    FROM (SELECT CAST(manifest->'$.item_names' AS VARCHAR[]) AS names FROM run WHERE run_id = $run_id)
)
ORDER BY item
