-- one row per task that the manifests of the runs among $ids speak of, the newest sealed run's word
-- of these: first the suite's own entry (anchors, headline, licence), else the entry of the run; `redistribute` is the
-- strictest word of all of them (null: no word)
WITH named AS (
    SELECT suite, suite_version, sealed, run_id, TRUE AS of_suite,
           unnest(json_extract(manifest, '$.suite.tasks[*]')) AS spec
    FROM run
    WHERE manifest IS NOT NULL AND suite_version IS NOT NULL AND run_id IN (SELECT unnest($ids))
    UNION ALL
    SELECT suite, suite_version, sealed, run_id, FALSE,
           unnest(json_extract(manifest, '$.tasks[*]'))
    FROM run
    WHERE manifest IS NOT NULL AND suite_version IS NOT NULL AND run_id IN (SELECT unnest($ids))
)

SELECT
    suite,
    suite_version,
    spec->>'$.task' AS task,
    max((of_suite, sealed, run_id)) AS standing,
    arg_max(spec, (of_suite, sealed, run_id)) AS spec,
    bool_and(coalesce(TRY_CAST(spec->>'$.redistribute' AS BOOLEAN), FALSE))
        FILTER (WHERE of_suite OR json_exists(spec, '$.redistribute')) AS redistribute
FROM named
WHERE json_type(spec) = 'OBJECT'
GROUP BY ALL;
