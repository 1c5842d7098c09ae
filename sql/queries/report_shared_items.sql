-- one row per given run with item outcomes: how many
SELECT run_id, count(*) AS items FROM outcome WHERE list_contains($run_ids, run_id) GROUP BY run_id ORDER BY run_id
