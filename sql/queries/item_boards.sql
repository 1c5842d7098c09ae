-- one row per run and task whose single items are right or wrong: what the run was made under, and whether it may stand for its
-- model (view `leading_run`); `graded` where a value lies between 0 and 1, `probs` where the choices' probabilities are known
SELECT
    r.run_id, r.suite, r.suite_version, o.task, if(json_valid(r.source), json_extract_string(r.source, '$.agent'), NULL) AS agent, r.valid, r.partial,
    r.run_id IN (SELECT run_id FROM leading_run) AS leading,
    count(*) AS items, bool_or(o.value NOT IN (0, 1)) AS graded,
    bool_or(o.choice_probs IS NOT NULL) AS probs
FROM outcome AS o
JOIN run AS r USING (run_id)
JOIN task AS t ON t.suite = r.suite AND t.suite_version = r.suite_version AND t.task = o.task
    AND t.headline_metric = o.metric AND t.headline_filter = o.filter
WHERE t.kind <> 'perplexity' AND o.value BETWEEN 0 AND 1
GROUP BY ALL
ORDER BY r.suite, r.suite_version, o.task, r.run_id
