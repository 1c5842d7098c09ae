-- imported scores of one file (registered as `reported`) as rows of reported_score. A file names its tests as their source does:
-- with the set-up in brackets as the catalog writes it, else by who reports ("MMLU" of "Open LLM Leaderboard v1"), else plainly;
-- a test that the catalog lacks keeps its source's name
INSERT INTO reported_score BY NAME
SELECT
    r.model_id, coalesce(i.benchmark_id, s.benchmark_id, n.benchmark_id, r.benchmark) AS benchmark_id, 'default' AS effort,
    r.setting, r.score, r.unit, r.reported_by, r.reporter, 'primary' AS evidence, TRY_CAST(r.as_of AS DATE) AS as_of, r.source_id
FROM reported AS r
LEFT JOIN benchmark AS i ON i.benchmark_id = r.benchmark
LEFT JOIN benchmark AS s ON s.name_en = r.benchmark || ' (' || r.reported_by || ')'
LEFT JOIN benchmark AS n ON n.name_en = r.benchmark
