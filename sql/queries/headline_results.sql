-- one row per given run and task: the headline metric, with the run's suite
SELECT res.*, r.suite, r.suite_version, r.origin
FROM result AS res
JOIN run AS r USING (run_id)
JOIN task AS t ON t.suite = r.suite AND t.suite_version = r.suite_version AND t.task = res.task
    AND t.headline_metric = res.metric AND t.headline_filter = res.filter
WHERE res.run_id IN (SELECT unnest($run_ids::VARCHAR[]))
ORDER BY res.run_id, res.task
