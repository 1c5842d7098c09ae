-- The first schema. One table for each noun of docs/formats.md; natural keys; timestamps in UTC.
-- Facts (from data/catalog) and measurements (from run folders) never share a table.

-- ── facts ────────────────────────────────────────────────────────────────────────────────────
-- one row per source of facts
CREATE TABLE source (
    source_id VARCHAR PRIMARY KEY, title VARCHAR NOT NULL, publisher VARCHAR, url VARCHAR, licence VARCHAR, retrieved DATE
);
-- one row per vendor: who makes models
CREATE TABLE vendor (
    vendor_id VARCHAR PRIMARY KEY, name_en VARCHAR NOT NULL, name_zh VARCHAR, segment VARCHAR NOT NULL, country VARCHAR,
    city VARCHAR, founded VARCHAR, parent_id VARCHAR, website VARCHAR, as_of DATE, source_id VARCHAR
);
-- one row per released model of a vendor
CREATE TABLE model (
    model_id VARCHAR PRIMARY KEY, vendor_id VARCHAR NOT NULL, name VARCHAR NOT NULL, family VARCHAR, released DATE,
    params_b DOUBLE, active_params_b DOUBLE, context_tokens BIGINT, input_modalities VARCHAR, output_modalities VARCHAR,
    open_weights BOOLEAN, licence VARCHAR, hub_id VARCHAR, as_of DATE, source_id VARCHAR
);
-- one row per provider: who serves models over an API
CREATE TABLE provider (
    provider_id VARCHAR PRIMARY KEY, name VARCHAR NOT NULL, vendor_id VARCHAR, country VARCHAR, website VARCHAR,
    as_of DATE, source_id VARCHAR
);
-- one row per offer and date; prices per million tokens in `currency`
CREATE TABLE price (
    provider_id VARCHAR NOT NULL, offer_id VARCHAR NOT NULL, model_id VARCHAR, currency VARCHAR NOT NULL,
    input_per_mtok DOUBLE, output_per_mtok DOUBLE, cache_read_per_mtok DOUBLE, cache_write_per_mtok DOUBLE,
    as_of DATE NOT NULL, source_id VARCHAR,
    PRIMARY KEY (provider_id, offer_id, as_of)
);
-- one row per cloud, GPU, size, terms and date; price of one GPU for one hour
CREATE TABLE gpu_price (
    cloud VARCHAR NOT NULL, gpu VARCHAR NOT NULL, gpus INTEGER, memory_gb DOUBLE, terms VARCHAR, currency VARCHAR NOT NULL,
    per_gpu_hour DOUBLE NOT NULL, as_of DATE NOT NULL, source_id VARCHAR
);
-- one row per fact about a vendor (long form)
CREATE TABLE fact (
    vendor_id VARCHAR NOT NULL, dimension VARCHAR NOT NULL, key VARCHAR NOT NULL, value VARCHAR NOT NULL, unit VARCHAR,
    note VARCHAR, as_of DATE, source_id VARCHAR
);
-- one row per relation between two vendors
CREATE TABLE relation (
    from_id VARCHAR NOT NULL, to_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, amount DOUBLE, currency VARCHAR, note VARCHAR,
    as_of DATE, source_id VARCHAR
);
-- one row per score that somebody published; never mixed with measured ones
CREATE TABLE reported_score (
    model_id VARCHAR NOT NULL, benchmark VARCHAR NOT NULL, metric VARCHAR, score DOUBLE NOT NULL, unit VARCHAR,
    setting VARCHAR, reported_by VARCHAR, reporter VARCHAR, as_of DATE, source_id VARCHAR
);

-- ── measurements ─────────────────────────────────────────────────────────────────────────────
-- one row per suite and version; `spec` is the suite file in full, as JSON
CREATE TABLE suite (
    suite VARCHAR NOT NULL, version VARCHAR NOT NULL, title_en VARCHAR, title_zh VARCHAR, description_en VARCHAR,
    description_zh VARCHAR, spec JSON, PRIMARY KEY (suite, version)
);
-- one row per task of a suite; chance, best and h0 are the fixed anchors of the index
CREATE TABLE task (
    suite VARCHAR NOT NULL, suite_version VARCHAR NOT NULL, task VARCHAR NOT NULL, task_group VARCHAR, kind VARCHAR NOT NULL,
    language VARCHAR, headline_metric VARCHAR NOT NULL, headline_filter VARCHAR NOT NULL, higher_is_better BOOLEAN NOT NULL,
    num_fewshot INTEGER, chance DOUBLE, best DOUBLE, h0 DOUBLE, licence VARCHAR, redistribute BOOLEAN,
    PRIMARY KEY (suite, suite_version, task)
);
-- one row per run. origin: measured (this harness) or imported (somebody else's run).
-- vendor_id is 'reference' for calibration models. `verdict` is a JSON list of sentences (empty: nothing to say).
CREATE TABLE run (
    run_id VARCHAR PRIMARY KEY, model VARCHAR NOT NULL, model_id VARCHAR, vendor_id VARCHAR, revision VARCHAR,
    params BIGINT, suite VARCHAR NOT NULL, suite_version VARCHAR, engine VARCHAR NOT NULL, dtype VARCHAR, device VARCHAR,
    origin VARCHAR NOT NULL, started TIMESTAMP, sealed TIMESTAMP, plan_hash VARCHAR, item_limit BIGINT, item_sample BIGINT,
    partial BOOLEAN NOT NULL, valid BOOLEAN NOT NULL, verdict JSON, chat_template BOOLEAN, source VARCHAR, manifest JSON
);
-- one row per run, task, metric and filter
CREATE TABLE result (
    run_id VARCHAR NOT NULL, task VARCHAR NOT NULL, kind VARCHAR, metric VARCHAR NOT NULL, filter VARCHAR NOT NULL,
    score DOUBLE, stderr DOUBLE, n BIGINT, higher_is_better BOOLEAN, num_fewshot INTEGER, task_version VARCHAR,
    PRIMARY KEY (run_id, task, metric, filter)
);
-- one row per run, task, item, metric and filter. doc_hash: first 64 bits of the item's SHA-256 (pairs items across runs).
-- weight: what the value counts for in the task's mean (1, or the item's bytes for bits per byte).
-- cluster: 64-bit hash of what items share (a passage), null where they share nothing.
-- choice_probs: the model's probabilities of the choices (sum 1), null where there are none; gold: index of the right one.
CREATE TABLE outcome (
    run_id VARCHAR NOT NULL, task VARCHAR NOT NULL, item BIGINT NOT NULL, doc_hash UBIGINT, metric VARCHAR NOT NULL,
    filter VARCHAR NOT NULL, value DOUBLE, weight DOUBLE, cluster UBIGINT, choice_probs FLOAT[], gold SMALLINT
);
-- one row per run: what it took. `complete` is false where the run was resumed or reused answers: such a row feeds no cost.
CREATE TABLE perf (
    run_id VARCHAR PRIMARY KEY, complete BOOLEAN NOT NULL, wall_s DOUBLE, load_s DOUBLE, prompt_tokens BIGINT,
    generated_tokens BIGINT, tokens_per_s DOUBLE, peak_memory_bytes BIGINT, mean_power_w DOUBLE, energy_j DOUBLE,
    device_name VARCHAR, hardware JSON, versions JSON
);
