-- one row per item of a run whose headline value is the mean of several tries: the value and the number of tries
SELECT n.run_id, o.task, o.doc_hash, o.value, n.value AS tries
FROM outcome AS n
JOIN run AS r USING (run_id)
JOIN outcome AS o ON o.run_id = n.run_id AND o.task = n.task AND o.item = n.item
JOIN task AS t ON t.suite = r.suite AND t.suite_version = r.suite_version AND t.task = o.task
    AND t.headline_metric = o.metric AND t.headline_filter = o.filter
WHERE n.metric = 'tries' AND n.run_id IN (SELECT unnest(CAST($run_ids AS VARCHAR[])))
ORDER BY n.run_id, o.item
