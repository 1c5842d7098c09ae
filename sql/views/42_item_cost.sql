-- one row per item of a run that says what the item took: the headline's value (1 solved, 0 not, or a share), US dollars,
-- tokens, seconds; null where the run does not say.
CREATE VIEW item_cost AS
WITH known AS (
    SELECT DISTINCT run_id FROM result
    WHERE metric IN ('cost_usd', 'input_tokens', 'output_tokens', 'reasoning_tokens', 'seconds')
)

SELECT
    o.run_id,
    o.task,
    o.item,
    any_value(o.doc_hash) AS doc_hash,
    max(o.value) FILTER (o.metric = t.headline_metric AND o.filter = t.headline_filter) AS solved,
    max(o.value) FILTER (o.metric = 'cost_usd') AS cost_usd,
    max(o.value) FILTER (o.metric = 'input_tokens') AS input_tokens,
    max(o.value) FILTER (o.metric = 'output_tokens') AS output_tokens,
    max(o.value) FILTER (o.metric = 'reasoning_tokens') AS reasoning_tokens,
    max(o.value) FILTER (o.metric = 'seconds') AS seconds
FROM outcome AS o
INNER JOIN known USING (run_id)
INNER JOIN run AS r USING (run_id)
INNER JOIN task AS t ON t.suite = r.suite AND t.suite_version = r.suite_version AND t.task = o.task
GROUP BY o.run_id, o.task, o.item;
