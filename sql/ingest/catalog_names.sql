-- one row per run among $ids whose model or vendor in the catalog is not what `run` says: the manifest's own word, else
-- the one model whose id, hub id or reviewed alias is the run's model (whatever the case; a name that moves from model to
-- model says nothing); else unknown. Nothing is guessed. The same rule as harness.interchange.foreign.owners has for names
-- in others' files.
WITH known AS (
    SELECT lower(model_id) AS name, model_id FROM model
    UNION
    SELECT lower(hub_id), model_id FROM model WHERE hub_id IS NOT NULL
    UNION
    SELECT lower(alias), id FROM alias INNER JOIN model ON model.model_id = alias.id
    WHERE alias.kind = 'model' AND alias.valid_from IS NULL AND alias.valid_to IS NULL
),

unambiguous AS (
    SELECT name, any_value(model_id) AS model_id FROM known GROUP BY name HAVING count(*) = 1
),

named AS (
    SELECT
        run.run_id,
        coalesce(
            CASE WHEN run.manifest IS NULL THEN run.model_id ELSE run.manifest->>'$.model.model_id' END,
            unambiguous.model_id
        ) AS model_id,
        CASE WHEN run.manifest IS NULL THEN run.vendor_id ELSE run.manifest->>'$.model.vendor_id' END AS vendor_id
    FROM run
    LEFT JOIN unambiguous ON unambiguous.name = lower(run.model)
    WHERE run.run_id IN (SELECT unnest($ids))
)

SELECT run.run_id, named.model_id, coalesce(named.vendor_id, model.vendor_id) AS vendor_id
FROM named
INNER JOIN run USING (run_id)
LEFT JOIN model ON model.model_id = named.model_id
WHERE (run.model_id, run.vendor_id) IS DISTINCT FROM (named.model_id, coalesce(named.vendor_id, model.vendor_id));
