-- one row per given run and task: the headline metric, with the task's anchors and the run's suite
SELECT res.*, r.suite, r.suite_version, r.model, r.model_id, r.vendor_id, r.origin, t.task_group, t.language, t.chance, t.best, t.h0
FROM result AS res
JOIN run AS r USING (run_id)
JOIN task AS t ON t.suite = r.suite AND t.suite_version = r.suite_version AND t.task = res.task
    AND t.headline_metric = res.metric AND t.headline_filter = res.filter
WHERE list_contains($run_ids, res.run_id)
ORDER BY res.run_id, res.task
