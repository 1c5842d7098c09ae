-- one row per item outcome of the headline metric of the given runs, with the run's model
SELECT o.run_id, r.model, o.task, t.kind, o.item, o.doc_hash, o.metric, o.filter, o.value, o.weight, o.cluster,
    CASE WHEN CAST($probs AS BOOLEAN) THEN o.choice_probs END AS choice_probs, o.gold, o.answer_hash
FROM outcome AS o
JOIN run AS r USING (run_id)
JOIN task AS t ON t.suite = r.suite AND t.suite_version = r.suite_version AND t.task = o.task
    AND t.headline_metric = o.metric AND t.headline_filter = o.filter
WHERE o.run_id IN (SELECT unnest(CAST($run_ids AS VARCHAR[])))
    AND ($task IS NULL OR o.task = $task)
    AND (NOT CAST($right_or_wrong AS BOOLEAN) OR t.kind <> 'perplexity')
ORDER BY o.task, o.item, r.model
