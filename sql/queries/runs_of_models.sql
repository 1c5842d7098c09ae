-- one row per valid, whole run and task whose headline items are known, of a model that the catalog knows: under which conditions
-- it was made and in which repository it stands; `test` is what tasks of one benchmark under several set-ups have in common
SELECT
    r.run_id, r.model, r.model_id, res.task, coalesce(replace(lower(b.family), ' ', '-'), res.task) AS test,
    if(json_valid(r.source), coalesce(json_extract_string(r.source, '$.title'), json_extract_string(r.source, '$.repository')), NULL) AS title,
    if(json_valid(r.source), json_extract_string(r.source, '$.agent'), NULL) AS agent,
    if(json_valid(r.source), json_extract_string(r.source, '$.effort'), NULL) AS effort
FROM run AS r
JOIN result AS res USING (run_id)
JOIN task AS t ON t.suite = r.suite AND t.suite_version = r.suite_version AND t.task = res.task
    AND t.headline_metric = res.metric AND t.headline_filter = res.filter
LEFT JOIN benchmark AS b ON b.benchmark_id = res.task
WHERE title IS NOT NULL AND r.valid AND NOT r.partial AND r.model_id IS NOT NULL AND t.kind <> 'perplexity'
    AND r.run_id IN (SELECT run_id FROM outcome)
ORDER BY r.run_id, res.task
