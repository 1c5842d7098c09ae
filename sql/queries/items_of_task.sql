-- one row per item of one task that any of the given runs has
SELECT DISTINCT doc_hash
FROM outcome
WHERE run_id IN (SELECT unnest(CAST($run_ids AS VARCHAR[]))) AND task = $task
ORDER BY doc_hash
