-- one row: a run with its manifest and what it took; what was measured is null where it was not measured from start to end
SELECT
    r.*, p.complete, p.prompt_tokens, p.generated_tokens, p.device_name,
    if(p.complete, p.tokens_per_s, NULL) AS tokens_per_s, if(p.complete, p.peak_memory_bytes, NULL) AS peak_memory_bytes,
    if(p.complete, p.mean_power_w, NULL) AS mean_power_w, if(p.complete, p.energy_j, NULL) AS energy_j, CAST(p.hardware AS VARCHAR) AS hardware,
    CAST(p.versions AS VARCHAR) AS versions, CAST(r.manifest AS VARCHAR) AS manifest_text,
    CAST(r.verdict AS VARCHAR) AS verdict_text
FROM run AS r LEFT JOIN perf AS p USING (run_id)
WHERE r.run_id = $run_id
