-- one row per leading measured run whose throughput is sound (perf.complete), and current rental price of its GPU:
-- dollars per million tokens and per correct answer at full use of one GPU. A GPU is matched by the longest of its
-- names that stands in the device's name.
CREATE VIEW measured_cost AS
WITH offered AS (
    SELECT *
    FROM gpu_price
    QUALIFY row_number() OVER (
        PARTITION BY cloud, gpu, gpus, memory_gb, terms, currency ORDER BY as_of DESC, per_gpu_hour
    ) = 1
),

device AS (
    SELECT device_name, arg_max(gpu, (len(gpu), gpu)) AS gpu
    FROM (SELECT DISTINCT device_name FROM perf WHERE device_name IS NOT NULL)
    INNER JOIN (SELECT DISTINCT gpu FROM gpu_price)
        ON contains(
            regexp_replace(lower(device_name), '[^a-z0-9]', '', 'g'), regexp_replace(lower(gpu), '[^a-z0-9]', '', 'g')
        )
    GROUP BY device_name
),

correct AS (
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
INNER JOIN device USING (device_name)
INNER JOIN offered USING (gpu)
LEFT JOIN correct USING (run_id)
WHERE perf.complete AND lead.origin = 'measured' AND perf.tokens_per_s > 0;
