-- one row per model and benchmark that both its vendor and a third party report: the claim beside the check
WITH scaled AS (
    SELECT model_id, benchmark, metric, setting, reported_by, reporter,
        CASE WHEN lower(coalesce(unit, '')) IN ('%', 'percent') THEN score / 100 ELSE score END AS score
    FROM reported_score
),
own AS (
    SELECT model_id, benchmark, avg(score) AS own, string_agg(DISTINCT setting, '; ') AS own_setting
    FROM scaled WHERE 'vendor' IN (reporter, reported_by) GROUP BY ALL
),
others AS (
    SELECT model_id, benchmark, avg(score) AS others, string_agg(DISTINCT setting, '; ') AS others_setting
    FROM scaled WHERE 'third-party' IN (reporter, reported_by) GROUP BY ALL
)
SELECT coalesce(m.name, own.model_id) AS model, own.benchmark, own.own, others.others, own.own - others.others AS gap,
    own.own_setting, others.others_setting, own.model_id
FROM own JOIN others USING (model_id, benchmark)
LEFT JOIN model AS m USING (model_id)
ORDER BY abs(gap) DESC, model, own.benchmark
