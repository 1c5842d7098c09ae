-- one row per measured shape of the newest `harness bench` of each model and machine, and rental offer of its GPU
SELECT *
FROM serving_cost
ORDER BY model, dtype, device_name, gpus, batch, prompt_tokens, per_gpu_hour
