-- one row per item and run of the given runs on one task, of known cost and value: US dollars and the headline's value
SELECT run_id, doc_hash, cost_usd, solved
FROM item_cost
WHERE run_id IN (SELECT unnest(CAST($run_ids AS VARCHAR[]))) AND task = $task
    AND cost_usd IS NOT NULL AND solved IS NOT NULL
ORDER BY run_id, item
