-- one row per leading measured run whose throughput is sound and rental offer of its GPU (one row without, where none is
-- known): dollars per million tokens at full use of one GPU
SELECT
    lead.run_id, lead.model, perf.device_name, perf.tokens_per_s, cost.gpu, cost.cloud, cost.terms, cost.per_gpu_hour,
    cost.per_mtok, perf.energy_j / nullif(perf.prompt_tokens + perf.generated_tokens, 0) * 1000 / 3600 AS wh_per_ktok
FROM leading_run AS lead
JOIN perf USING (run_id)
LEFT JOIN measured_cost AS cost ON cost.run_id = lead.run_id AND cost.currency = 'USD'
WHERE perf.complete AND lead.origin = 'measured' AND perf.tokens_per_s > 0
ORDER BY lead.model, lead.run_id, cost.per_gpu_hour
