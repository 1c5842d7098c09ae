-- Serving speed of models on machines, a row a shape (`batch` requests of `prompt_tokens` tokens each): measured by
-- `harness bench`. Rates are of all requests together; what was not measured is null and `state` says why.
CREATE TABLE speed (
    speed_id VARCHAR NOT NULL, model VARCHAR NOT NULL, revision VARCHAR, quantisation VARCHAR, params BIGINT,
    dtype VARCHAR NOT NULL, device_name VARCHAR NOT NULL, gpus INTEGER NOT NULL, measured TIMESTAMP NOT NULL,
    batch INTEGER NOT NULL, prompt_tokens INTEGER NOT NULL, new_tokens INTEGER NOT NULL, state VARCHAR NOT NULL,
    rounds INTEGER, first_token_s DOUBLE, prefill_tokens_per_s DOUBLE, decode_tokens_per_s DOUBLE,
    peak_memory_bytes BIGINT, mean_power_w DOUBLE, energy_j DOUBLE, hardware JSON, versions JSON,
    PRIMARY KEY (speed_id, batch, prompt_tokens)
);
