-- one row per measured shape of the newest `harness bench` of each model, number format, machine and number of cards, and current
-- rental offer of its GPU (one row without, where none is known): rates of all requests together, dollars per million tokens
-- of prompt and of answer at full use.
CREATE VIEW serving_cost AS
WITH newest AS (
    SELECT *
    FROM speed
    QUALIFY dense_rank() OVER (
        PARTITION BY model, revision, quantisation, dtype, device_name, gpus ORDER BY measured DESC, speed_id DESC
    ) = 1
)

SELECT
    newest.speed_id, newest.model, name.model_id, model.vendor_id, newest.quantisation, newest.dtype, newest.device_name,
    newest.gpus, newest.measured, newest.batch, newest.prompt_tokens, newest.new_tokens, newest.first_token_s,
    newest.prefill_tokens_per_s, newest.decode_tokens_per_s, newest.peak_memory_bytes, newest.energy_j,
    offered.cloud, offered.gpu, offered.terms, offered.per_gpu_hour,
    newest.gpus * offered.per_gpu_hour / (newest.prefill_tokens_per_s * 3600) * 1e6 AS prompt_per_mtok,
    newest.gpus * offered.per_gpu_hour / (newest.decode_tokens_per_s * 3600) * 1e6 AS answer_per_mtok,
    newest.energy_j / (newest.batch * (newest.prompt_tokens + newest.new_tokens)) * 1000 / 3600 AS wh_per_ktok,
    offered.as_of, offered.source_id
FROM newest
LEFT JOIN model_name AS name ON name.name = lower(newest.model)
LEFT JOIN model ON model.model_id = name.model_id
LEFT JOIN gpu_offer AS offered ON offered.device_name = newest.device_name AND offered.currency = 'USD'
WHERE newest.state = 'measured';
