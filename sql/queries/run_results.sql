-- one row per task, metric and filter of one run, with the task's anchors and whether its texts may be shown to all
SELECT
    res.task, t.task_group, res.kind, res.metric, res.filter, res.score, res.stderr, res.n, res.higher_is_better,
    res.num_fewshot, res.task_version, t.chance, t.best, coalesce(t.redistribute, false) AS redistribute, t.licence,
    coalesce(t.headline_metric = res.metric AND t.headline_filter = res.filter, false) AS headline,
    r.origin
FROM result AS res
JOIN run AS r USING (run_id)
LEFT JOIN task AS t ON t.suite = r.suite AND t.suite_version = r.suite_version AND t.task = res.task
WHERE res.run_id = $run_id
ORDER BY res.kind, res.task, headline DESC, res.metric, res.filter
