-- one row per task, metric and filter of the given runs
SELECT res.* FROM result AS res WHERE list_contains($run_ids, res.run_id) ORDER BY res.run_id, res.task, res.metric, res.filter
