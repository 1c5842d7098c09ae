-- one row per offer whose price differs from the date before: what changed since
WITH dated AS (
    SELECT
        p.*,
        lag(input_per_mtok) OVER w AS input_before, lag(output_per_mtok) OVER w AS output_before, lag(as_of) OVER w AS before
    FROM price AS p
    WHERE currency = 'USD'
    WINDOW w AS (PARTITION BY provider_id, offer_id ORDER BY as_of)
)
SELECT
    coalesce(pr.name, d.provider_id) AS provider, coalesce(m.name, d.offer_id) AS model, d.before, d.as_of,
    d.input_before, d.input_per_mtok AS input_now, d.output_before, d.output_per_mtok AS output_now,
    d.output_per_mtok / nullif(d.output_before, 0) - 1 AS output_change
FROM dated AS d
LEFT JOIN provider AS pr USING (provider_id)
LEFT JOIN model AS m USING (model_id)
WHERE d.before IS NOT NULL
    AND (d.input_per_mtok IS DISTINCT FROM d.input_before OR d.output_per_mtok IS DISTINCT FROM d.output_before)
ORDER BY d.as_of DESC, abs(coalesce(output_change, 0)) DESC, provider, model
LIMIT $most
