-- one row: a run with its manifest and what it took
SELECT
    r.*, p.complete, p.wall_s, p.load_s, p.prompt_tokens, p.generated_tokens, p.tokens_per_s, p.peak_memory_bytes,
    p.mean_power_w, p.energy_j, p.device_name, CAST(p.hardware AS VARCHAR) AS hardware,
    CAST(p.versions AS VARCHAR) AS versions, CAST(r.manifest AS VARCHAR) AS manifest_text,
    CAST(r.verdict AS VARCHAR) AS verdict_text
FROM run AS r LEFT JOIN perf AS p USING (run_id)
WHERE r.run_id = $run_id
