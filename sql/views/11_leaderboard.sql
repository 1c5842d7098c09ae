-- one row per leading run and task: its headline score, and that score on the index's scale (0 = chance or order-0
-- entropy, 1 = best possible; not clipped; null where nobody knows which way is better). Reads `result` alone, never `outcome`.
CREATE VIEW leaderboard AS
SELECT
    lead.run_id,
    lead.model,
    lead.model_id,
    lead.vendor_id,
    vendor.name_en AS vendor_name_en,
    vendor.name_zh AS vendor_name_zh,
    CASE WHEN lead.vendor_id = 'reference' THEN 'reference' ELSE vendor.segment END AS segment,
    vendor.country,
    model.open_weights,
    coalesce(lead.params, (model.params_b * 1e9)::BIGINT) AS params,
    lead.revision,
    lead.suite,
    lead.suite_version,
    lead.dtype,
    lead.engine,
    lead.device,
    lead.origin,
    lead.sealed,
    task.task,
    task.task_group,
    task.kind,
    task.language,
    result.metric,
    result.filter,
    result.score,
    result.stderr,
    result.n,
    task.higher_is_better,
    task.chance,
    task.best,
    task.h0,
    CASE
        WHEN task.higher_is_better IS NULL THEN NULL
        WHEN task.kind = 'perplexity' AND task.h0 IS NOT NULL THEN 1 - result.score / nullif(task.h0, 0)
        ELSE (result.score - task.chance) / nullif(task.best - task.chance, 0)
    END AS normalised
FROM leading_run AS lead
INNER JOIN result USING (run_id)
INNER JOIN task
    ON task.suite = lead.suite
    AND task.suite_version = lead.suite_version
    AND task.task = result.task
    AND task.headline_metric = result.metric
    AND task.headline_filter = result.filter
LEFT JOIN vendor ON vendor.vendor_id = lead.vendor_id
LEFT JOIN model ON model.model_id = lead.model_id;
