-- one row per task of the suites that the given runs used
SELECT DISTINCT t.*
FROM task AS t JOIN run AS r ON r.suite = t.suite AND r.suite_version = t.suite_version
WHERE list_contains($run_ids, r.run_id)
ORDER BY t.suite, t.suite_version, t.task
