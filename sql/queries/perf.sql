-- one row per run that measured its speed from start to end
SELECT r.model, r.model_id, r.suite, r.dtype, r.device, r.origin, r.vendor_id, p.*
FROM run AS r JOIN perf AS p ON p.run_id = r.run_id
WHERE p.complete
ORDER BY r.model
