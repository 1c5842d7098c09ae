-- one row per suite and version that a run used: titles, runs, and the first of its tasks
WITH first_tasks AS (
    SELECT suite, suite_version, string_agg(task, ', ' ORDER BY place) || CASE WHEN max(tasks) > 3 THEN ' …' ELSE '' END AS names
    FROM (
        SELECT suite, suite_version, task, row_number() OVER w AS place, count(*) OVER (PARTITION BY suite, suite_version) AS tasks
        FROM task WINDOW w AS (PARTITION BY suite, suite_version ORDER BY task)
    )
    WHERE place <= 3
    GROUP BY ALL
)
SELECT
    r.suite, r.suite_version, any_value(s.title_en) AS title_en, any_value(s.title_zh) AS title_zh,
    coalesce(any_value(f.names), '') AS first_tasks, count(*) AS runs, max(r.sealed) AS last_sealed
FROM run AS r
LEFT JOIN suite AS s ON s.suite = r.suite AND s.version = r.suite_version
LEFT JOIN first_tasks AS f ON f.suite = r.suite AND f.suite_version = r.suite_version
GROUP BY r.suite, r.suite_version
ORDER BY last_sealed DESC NULLS LAST, r.suite
