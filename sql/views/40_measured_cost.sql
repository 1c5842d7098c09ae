-- one row per leading measured run whose throughput is sound (perf.complete), and current rental price of its GPU
-- (`gpu_offer`): dollars per million tokens and per correct answer at full use of one GPU.
CREATE VIEW measured_cost AS
WITH correct AS (
    SELECT run_id, sum(score * n) AS answers
    FROM leaderboard
    WHERE kind <> 'perplexity' AND higher_is_better AND score BETWEEN 0 AND 1
    GROUP BY run_id
)

SELECT
    lead.run_id,
    lead.model,
    lead.model_id,
    lead.vendor_id,
    lead.suite,
    lead.suite_version,
    perf.device_name,
    offered.cloud,
    offered.gpu,
    offered.gpus,
    offered.memory_gb,
    offered.terms,
    offered.currency,
    offered.per_gpu_hour,
    perf.tokens_per_s,
    offered.per_gpu_hour / nullif(perf.tokens_per_s * 3600, 0) * 1e6 AS per_mtok,
    offered.per_gpu_hour * perf.wall_s / 3600 / nullif(correct.answers, 0) AS per_correct_answer,
    perf.energy_j / nullif(perf.prompt_tokens + perf.generated_tokens, 0) * 1000 AS joules_per_ktok,
    offered.as_of,
    offered.source_id
FROM leading_run AS lead
INNER JOIN perf USING (run_id)
INNER JOIN gpu_offer AS offered USING (device_name)
LEFT JOIN correct USING (run_id)
WHERE perf.complete AND lead.origin = 'measured' AND perf.tokens_per_s > 0;
