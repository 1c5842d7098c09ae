-- one row per suite and version whose newest sealed run is among $ids: the suite as that run's manifest holds it
WITH speaker AS (
    SELECT suite, suite_version, arg_max(run_id, (sealed, run_id)) AS run_id
    FROM run
    WHERE manifest IS NOT NULL AND suite_version IS NOT NULL
    GROUP BY ALL
)

SELECT
    suite,
    suite_version AS version,
    coalesce(spec->>'$.title.en', spec->>'$.title_en', spec->>'$.title') AS title_en,
    coalesce(spec->>'$.title.zh', spec->>'$.title_zh') AS title_zh,
    coalesce(spec->>'$.description.en', spec->>'$.description_en', spec->>'$.description') AS description_en,
    coalesce(spec->>'$.description.zh', spec->>'$.description_zh') AS description_zh,
    spec
FROM (
    SELECT suite, suite_version, manifest->'$.suite' AS spec
    FROM run
    WHERE run_id IN (SELECT unnest($ids)) AND run_id IN (SELECT run_id FROM speaker)
)
ORDER BY ALL;
