-- one row per benchmark: a test and what its scores mean; `reported_score.benchmark` holds `name_en`
CREATE TABLE benchmark (
    benchmark_id VARCHAR PRIMARY KEY, name_en VARCHAR NOT NULL, name_zh VARCHAR, family VARCHAR, edition VARCHAR,
    set_up_by VARCHAR, domain VARCHAR, language VARCHAR, metric VARCHAR, unit VARCHAR NOT NULL, chance DOUBLE,
    ceiling DOUBLE, higher_is_better BOOLEAN, role VARCHAR NOT NULL, as_of DATE, source_id VARCHAR
);
