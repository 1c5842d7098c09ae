-- one row per item that all of the given runs answered on one task, and run: the headline's value and what the item took
WITH own AS (
    SELECT
        o.run_id, o.item, any_value(o.doc_hash) AS doc_hash,
        max(o.value) FILTER (o.metric = t.headline_metric AND o.filter = t.headline_filter) AS value,
        max(o.weight) FILTER (o.metric = t.headline_metric AND o.filter = t.headline_filter) AS weight,
        max(o.cluster) FILTER (o.metric = t.headline_metric AND o.filter = t.headline_filter) AS cluster,
        max(o.value) FILTER (o.metric = 'cost_usd') AS cost_usd,
        max(o.value) FILTER (o.metric = 'output_tokens') AS output_tokens
    FROM outcome AS o
    JOIN run AS r USING (run_id)
    JOIN task AS t ON t.suite = r.suite AND t.suite_version IS NOT DISTINCT FROM r.suite_version AND t.task = o.task
    WHERE o.run_id IN (SELECT unnest(CAST($run_ids AS VARCHAR[]))) AND o.task = $task
    GROUP BY o.run_id, o.item
),

copied AS (
    SELECT *, row_number() OVER (PARTITION BY run_id, doc_hash ORDER BY item) AS copy
    FROM own
    WHERE value IS NOT NULL AND doc_hash IS NOT NULL
)

SELECT
    first_value(item) OVER (PARTITION BY doc_hash, copy ORDER BY list_position(CAST($run_ids AS VARCHAR[]), run_id)) AS item,
    run_id, doc_hash, copy, value, weight, cluster, cost_usd, output_tokens
FROM copied
QUALIFY count(*) OVER (PARTITION BY doc_hash, copy) = len(CAST($run_ids AS VARCHAR[]))
ORDER BY item, run_id
