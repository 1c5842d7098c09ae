-- one row per task of one suite and version
SELECT t.* FROM task AS t WHERE t.suite = $suite AND t.suite_version IS NOT DISTINCT FROM $suite_version ORDER BY t.task
