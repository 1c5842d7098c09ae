-- one row per run and task of one suite: the headline metric
SELECT res.*, t.task_group, t.language, t.chance, t.best, t.h0
FROM result AS res
JOIN run AS r USING (run_id)
JOIN task AS t ON t.suite = r.suite AND t.suite_version = r.suite_version AND t.task = res.task
    AND t.headline_metric = res.metric AND t.headline_filter = res.filter
WHERE r.suite = $suite AND r.suite_version IS NOT DISTINCT FROM $suite_version
ORDER BY res.run_id, res.task
