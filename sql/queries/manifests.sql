-- one row per given run: its manifest as text
SELECT run_id, CAST(manifest AS VARCHAR) AS manifest FROM run WHERE list_contains($run_ids, run_id) ORDER BY run_id
