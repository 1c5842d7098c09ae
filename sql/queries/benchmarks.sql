-- one row per benchmark of the catalog, with its name under its set-up
SELECT benchmark_id, name_en AS benchmark, name_zh, family, domain, language, unit FROM benchmark ORDER BY benchmark_id
