-- one row per product, benchmark, effort and setting with a reported cost, token count or time per task: of several reports
-- the primary one counts, then the newest; with the score that the same source or setting gives, else the effort's newest
WITH report AS (
    SELECT t.*, m.product_id
    FROM task_cost AS t
    JOIN model AS m USING (model_id)
    QUALIFY row_number() OVER (
        PARTITION BY m.product_id, t.benchmark_id, t.effort, coalesce(t.setting, ''), t.key
        ORDER BY t.evidence = 'primary' DESC, t.as_of DESC, t.model_id = m.product_id DESC, t.source_id
    ) = 1
),

task AS (
    SELECT
        product_id, benchmark_id, effort, coalesce(setting, '') AS setting,
        any_value(value) FILTER (key = 'cost') AS cost,
        any_value(value) FILTER (key = 'output_tokens') AS output_tokens,
        any_value(value) FILTER (key = 'seconds') AS seconds,
        any_value(value) FILTER (key = 'speed') AS speed,
        any_value(value) FILTER (key = 'first_token') AS first_token,
        max(as_of) AS as_of, arg_max(reported_by, as_of) AS reported_by, arg_max(evidence, as_of) AS evidence,
        arg_max(source_id, as_of) AS source_id
    FROM report
    GROUP BY ALL
)

SELECT
    t.*, p.name AS model, p.vendor_id, p.open_weights, v.name_en AS vendor_en, v.name_zh AS vendor_zh, v.segment, v.country,
    coalesce(b.name_en, t.benchmark_id) AS benchmark, b.unit AS score_unit, b.domain, b.language, r.score,
    s.title AS source, s.url
FROM task AS t
JOIN model AS p ON p.model_id = t.product_id
LEFT JOIN vendor AS v ON v.vendor_id = p.vendor_id
LEFT JOIN benchmark AS b USING (benchmark_id)
LEFT JOIN source AS s ON s.source_id = t.source_id
LEFT JOIN (
    SELECT
        m.product_id, r.benchmark_id, r.effort, r.source_id, coalesce(r.setting, '') AS setting, r.score, r.as_of
    FROM reported_score AS r
    JOIN model AS m USING (model_id)
) AS r
    ON r.product_id = t.product_id AND r.benchmark_id = t.benchmark_id AND r.effort = t.effort
QUALIFY row_number() OVER (
    PARTITION BY t.product_id, t.benchmark_id, t.effort, t.setting
    ORDER BY r.setting = t.setting DESC, r.source_id = t.source_id DESC, r.as_of DESC
) = 1
ORDER BY t.benchmark_id, t.product_id, t.effort, t.setting
