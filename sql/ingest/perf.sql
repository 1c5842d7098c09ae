-- one row per manifest of `manifests` (JSON texts without what is long): what its run took; `complete` only where it says so
SELECT
    m->>'$.run_id' AS run_id,
    coalesce((m->>'$.perf.complete')::BOOLEAN, FALSE) AS complete,
    (m->>'$.perf.wall_s')::DOUBLE AS wall_s,
    (m->>'$.perf.load_s')::DOUBLE AS load_s,
    (m->>'$.perf.prompt_tokens')::BIGINT AS prompt_tokens,
    (m->>'$.perf.generated_tokens')::BIGINT AS generated_tokens,
    (m->>'$.perf.tokens_per_s')::DOUBLE AS tokens_per_s,
    (m->>'$.perf.peak_memory_bytes')::BIGINT AS peak_memory_bytes,
    (m->>'$.perf.mean_power_w')::DOUBLE AS mean_power_w,
    (m->>'$.perf.energy_j')::DOUBLE AS energy_j,
    m->>'$.hardware.device_name' AS device_name,
    m->'$.hardware' AS hardware,
    m->'$.versions' AS versions
FROM (SELECT head::JSON AS m FROM manifests)
WHERE json_type(m, '$.perf') = 'OBJECT';
