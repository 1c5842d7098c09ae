-- one row per imported score of a file (registered as `reported`), as reported_score has them. A file names its tests as their
-- source does: by the catalog's id, with the set-up in brackets as the catalog writes it, by test and reporter ("MMLU" of "Open
-- LLM Leaderboard v1"), by a test that has one set-up, or as a maker's own figure; a test that the catalog lacks keeps its name
INSERT INTO reported_score BY NAME
WITH own AS (
    SELECT family, any_value(benchmark_id) AS benchmark_id
    FROM benchmark WHERE set_up_by = 'vendor' GROUP BY family HAVING count(*) = 1
)

SELECT
    r.model_id, coalesce(i.benchmark_id, s.benchmark_id, n.benchmark_id, own.benchmark_id, r.benchmark) AS benchmark_id,
    'default' AS effort, r.setting, r.score, r.unit, r.reported_by, r.reporter, 'primary' AS evidence,
    TRY_CAST(r.as_of AS DATE) AS as_of, r.source_id
FROM reported AS r
LEFT JOIN benchmark AS i ON i.benchmark_id = r.benchmark
LEFT JOIN benchmark AS s ON s.name_en = r.benchmark || ' (' || r.reported_by || ')'
LEFT JOIN benchmark AS n ON n.name_en = r.benchmark
LEFT JOIN own ON own.family = r.benchmark AND r.reporter = 'vendor'
