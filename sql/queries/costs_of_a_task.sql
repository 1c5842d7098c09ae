-- one row per report of what a task of one benchmark cost one product, in dollars, tokens or seconds, the newest first
SELECT
    m.product_id, t.model_id, t.benchmark_id, t.effort, t.setting, t.key, t.value, t.unit, t.reported_by, t.evidence, t.as_of,
    t.source_id
FROM task_cost AS t
JOIN model AS m USING (model_id)
WHERE m.product_id = $product_id AND t.benchmark_id = $benchmark_id
ORDER BY t.as_of DESC, t.effort, t.setting, t.key, t.source_id
