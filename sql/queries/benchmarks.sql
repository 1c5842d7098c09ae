-- one row per benchmark of the catalog: one test under one set-up
SELECT benchmark_id, name_en, name_en AS benchmark, name_zh, family, edition, set_up_by, domain, language, unit, role, higher_is_better
FROM benchmark
ORDER BY benchmark_id
