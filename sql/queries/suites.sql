-- one row per suite and version that a run used: titles, origin, tasks by name, and what its runs have in common
WITH asked AS (
    SELECT
        suite, suite_version, list(task ORDER BY task) AS tasks,
        CASE WHEN min(num_fewshot) = max(num_fewshot) THEN min(num_fewshot) END AS num_fewshot
    FROM task
    GROUP BY ALL
),

answered AS (
    SELECT r.suite, r.suite_version, max(s.n) AS items
    FROM run AS r
    JOIN result AS s USING (run_id)
    GROUP BY ALL
),

used AS (SELECT *, CASE WHEN json_valid(source) THEN source->>'$.agent' END AS agent FROM run)

SELECT
    r.suite, r.suite_version, any_value(s.title_en) AS title_en, any_value(s.title_zh) AS title_zh,
    CASE WHEN bool_and(r.origin = 'imported') THEN 'imported' ELSE 'measured' END AS origin,
    coalesce(any_value(a.tasks), []) AS tasks, any_value(a.num_fewshot) AS num_fewshot, any_value(n.items) AS items,
    CASE WHEN count(DISTINCT coalesce(r.agent, '')) = 1 THEN any_value(r.agent) END AS agent,
    count(*) AS runs, max(r.sealed) AS last_sealed
FROM used AS r
LEFT JOIN suite AS s ON s.suite = r.suite AND s.version = r.suite_version
LEFT JOIN asked AS a ON a.suite = r.suite AND a.suite_version = r.suite_version
LEFT JOIN answered AS n ON n.suite = r.suite AND n.suite_version IS NOT DISTINCT FROM r.suite_version
GROUP BY r.suite, r.suite_version
ORDER BY last_sealed DESC NULLS LAST, r.suite
