-- one row per run whose single items are known: only these can be paired
SELECT run_id, count(*) AS outcomes FROM outcome GROUP BY run_id ORDER BY run_id
