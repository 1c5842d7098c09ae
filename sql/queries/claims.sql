-- one row per model, test and effort that both its vendor and a third party report: the claim beside the check.
-- A test is a metric and the name without the set-up in brackets at its end; whose it was stands in the settings.
-- An effort is none, minimal or low as it is written; all others, and none stated, are one
WITH scaled AS (
    SELECT r.model_id, regexp_replace(coalesce(b.name_en, r.benchmark_id), ' \([^)]*\)$', '') AS benchmark,
        coalesce(b.metric, '') AS metric,
        CASE WHEN regexp_full_match(r.effort, 'none.*|(minimal|low)(-\d+k)?') THEN r.effort ELSE '' END AS lessened,
        nullif(concat_ws('; ', nullif(b.set_up_by, 'vendor'), nullif(r.effort, 'default'), r.setting), '') AS setting,
        r.reported_by, r.reporter,
        CASE WHEN lower(coalesce(r.unit, '')) IN ('%', 'percent') THEN r.score / 100 ELSE r.score END AS score
    FROM reported_score AS r LEFT JOIN benchmark AS b USING (benchmark_id)
),
own AS (
    SELECT model_id, benchmark, metric, lessened, avg(score) AS own, string_agg(DISTINCT setting, '; ') AS own_setting
    FROM scaled WHERE 'vendor' IN (reporter, reported_by) GROUP BY ALL
),
others AS (
    SELECT model_id, benchmark, metric, lessened, avg(score) AS others,
        string_agg(DISTINCT setting, '; ') AS others_setting
    FROM scaled WHERE 'third-party' IN (reporter, reported_by) GROUP BY ALL
)
SELECT coalesce(m.name, own.model_id) AS model, own.benchmark, own.own, others.others, own.own - others.others AS gap,
    own.own_setting, others.others_setting, own.model_id
FROM own JOIN others USING (model_id, benchmark, metric, lessened)
LEFT JOIN model AS m USING (model_id)
ORDER BY abs(gap) DESC, model, own.benchmark, own.lessened
