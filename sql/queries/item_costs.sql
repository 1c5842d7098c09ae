-- one row per leading run and task of which it is known what single items took (view `item_cost`): sums over its items, and
-- over those of known cost and value their cross products
WITH sums AS (
    SELECT
        run_id, task, count(solved) AS items, sum(solved) AS solved, bool_and(solved IN (0, 1)) AS right_or_wrong,
        count(*) FILTER (priced) AS costed,
        sum(solved) FILTER (priced) AS costed_solved,
        sum(solved * solved) FILTER (priced) AS solved_squared,
        sum(cost_usd) FILTER (priced) AS cost,
        sum(cost_usd * cost_usd) FILTER (priced) AS cost_squared,
        sum(cost_usd * solved) FILTER (priced) AS cost_solved,
        avg(input_tokens) AS input_tokens,
        avg(output_tokens) AS output_tokens,
        avg(reasoning_tokens) AS reasoning_tokens,
        avg(seconds) AS seconds,
        count(output_tokens) AS with_tokens
    FROM (SELECT *, solved IS NOT NULL AND cost_usd IS NOT NULL AS priced FROM item_cost)
    GROUP BY ALL
)

SELECT
    r.run_id, r.model, r.model_id, m.product_id, coalesce(r.vendor_id, m.vendor_id) AS vendor_id, sums.task AS benchmark,
    r.source->>'$.agent' AS agent, coalesce(r.source->>'$.effort', 'default') AS effort,
    CAST(coalesce(r.started, r.sealed) AS DATE) AS as_of, r.source->>'$.tool' AS source, r.source->>'$.url' AS url,
    r.source->>'$.licence' AS licence, r.suite, r.suite_version, sums.* EXCLUDE (run_id, task)
FROM sums
JOIN leading_run AS r USING (run_id)
LEFT JOIN model AS m ON m.model_id = r.model_id
ORDER BY sums.task, agent NULLS LAST, r.model, r.run_id
