-- one row per item outcome of the chosen runs
SELECT o.* FROM outcome AS o WHERE o.run_id IN (SELECT unnest(CAST($run_ids AS VARCHAR[]))) ORDER BY o.run_id, o.task, o.item, o.metric, o.filter
