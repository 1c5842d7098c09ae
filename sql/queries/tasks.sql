-- one row per task of one suite and version, with its anchors
SELECT * FROM task WHERE suite = $suite AND suite_version IS NOT DISTINCT FROM $suite_version ORDER BY kind, task
