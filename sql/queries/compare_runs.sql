-- one row per run that has item outcomes, with what decides which run of a model is compared
SELECT
    r.run_id, r.model, r.model_id, r.vendor_id, r.revision, r.suite, r.suite_version, r.engine, r.dtype, r.origin,
    r.valid, r.partial, r.item_limit, r.item_sample, r.sealed, r.chat_template, r.params, r.source,
    CAST(r.verdict AS VARCHAR) AS verdict_text, o.tasks, o.items, r.run_id IN (SELECT run_id FROM leading_run) AS leading
FROM run AS r
JOIN (SELECT run_id, count(DISTINCT task) AS tasks, count(*) AS items FROM outcome GROUP BY run_id) AS o USING (run_id)
ORDER BY r.model, r.run_id
