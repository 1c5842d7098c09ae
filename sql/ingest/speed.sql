-- one row per shape of each document of `speeds` (JSON texts)
SELECT
    d->>'$.speed_id' AS speed_id,
    d->>'$.model.name' AS model,
    d->>'$.model.revision' AS revision,
    d->>'$.model.quantisation' AS quantisation,
    (d->>'$.model.params')::BIGINT AS params,
    d->>'$.dtype' AS dtype,
    d->>'$.hardware.device_name' AS device_name,
    (d->>'$.gpus')::INTEGER AS gpus,
    (d->>'$.measured')::TIMESTAMP AS measured,
    (s->>'$.batch')::INTEGER AS batch,
    (s->>'$.prompt_tokens')::INTEGER AS prompt_tokens,
    (d->>'$.new_tokens')::INTEGER AS new_tokens,
    s->>'$.state' AS state,
    (s->>'$.rounds')::INTEGER AS rounds,
    (s->>'$.first_token_s')::DOUBLE AS first_token_s,
    (s->>'$.prefill_tokens_per_s')::DOUBLE AS prefill_tokens_per_s,
    (s->>'$.decode_tokens_per_s')::DOUBLE AS decode_tokens_per_s,
    (s->>'$.peak_memory_bytes')::BIGINT AS peak_memory_bytes,
    (s->>'$.mean_power_w')::DOUBLE AS mean_power_w,
    (s->>'$.energy_j')::DOUBLE AS energy_j,
    d->'$.hardware' AS hardware,
    d->'$.versions' AS versions
FROM (
    SELECT d, unnest(json_extract(d, '$.shapes[*]')) AS s
    FROM (SELECT document::JSON AS d FROM speeds)
);
