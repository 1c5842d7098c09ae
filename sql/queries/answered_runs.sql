-- one row per given run: whether the answer to any item of it is known (as a hash)
SELECT run_id, bool_or(answer_hash IS NOT NULL) AS answered
FROM outcome
WHERE run_id IN (SELECT unnest(CAST($run_ids AS VARCHAR[])))
GROUP BY run_id
ORDER BY run_id
