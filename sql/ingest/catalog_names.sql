-- one row per run among $ids whose model or vendor in the catalog is not what `run` says: the manifest's own word, else
-- the one model whose id, hub id or reviewed alias is the run's model (whatever the case); else unknown. Nothing is
-- guessed. The same rule as harness.interchange.foreign.owners has for names in others' files.
WITH named AS (
    SELECT
        run.run_id,
        coalesce(
            CASE WHEN run.manifest IS NULL THEN run.model_id ELSE run.manifest->>'$.model.model_id' END,
            model_name.model_id
        ) AS model_id,
        CASE WHEN run.manifest IS NULL THEN run.vendor_id ELSE run.manifest->>'$.model.vendor_id' END AS vendor_id
    FROM run
    LEFT JOIN model_name ON model_name.name = lower(run.model)
    WHERE run.run_id IN (SELECT unnest($ids))
)

SELECT run.run_id, named.model_id, coalesce(named.vendor_id, model.vendor_id) AS vendor_id
FROM named
INNER JOIN run USING (run_id)
LEFT JOIN model ON model.model_id = named.model_id
WHERE (run.model_id, run.vendor_id) IS DISTINCT FROM (named.model_id, coalesce(named.vendor_id, model.vendor_id));
