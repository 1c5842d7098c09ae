-- one row per task of the suites that the given runs used, with its anchors
SELECT * FROM task
WHERE (suite, suite_version) IN (SELECT (suite, suite_version) FROM run WHERE run_id IN (SELECT unnest($run_ids::VARCHAR[])))
ORDER BY suite, suite_version, kind, task
