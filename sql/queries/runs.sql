-- one row per run, newest first, with its vendor's names and its verdict; its speed and time are null where they were not
-- measured from start to end
SELECT
    r.run_id, r.model, r.model_id, r.vendor_id, coalesce(v.name_en, r.vendor_id) AS vendor_en, v.name_zh AS vendor_zh,
    CASE WHEN r.vendor_id = 'reference' THEN 'reference' ELSE v.segment END AS segment,
    CASE WHEN r.vendor_id = 'reference' THEN 'reference' ELSE r.origin END AS origin,
    r.suite, r.suite_version, r.engine, r.dtype, r.device, r.sealed, r.valid, r.partial, r.item_limit, r.item_sample,
    r.revision, CAST(r.verdict AS VARCHAR) AS verdict, p.complete,
    if(p.complete, p.tokens_per_s, NULL) AS tokens_per_s, if(p.complete, p.wall_s, NULL) AS wall_s
FROM run AS r
LEFT JOIN vendor AS v ON v.vendor_id = r.vendor_id
LEFT JOIN perf AS p USING (run_id)
ORDER BY r.sealed DESC NULLS LAST, r.run_id
