-- one row per suite and version that a run's manifest holds; where manifests disagree the newest sealed run speaks
SELECT
    suite,
    suite_version AS version,
    coalesce(spec->>'$.title.en', spec->>'$.title_en', spec->>'$.title') AS title_en,
    coalesce(spec->>'$.title.zh', spec->>'$.title_zh') AS title_zh,
    coalesce(spec->>'$.description.en', spec->>'$.description_en', spec->>'$.description') AS description_en,
    coalesce(spec->>'$.description.zh', spec->>'$.description_zh') AS description_zh,
    spec
FROM (
    SELECT suite, suite_version, arg_max(manifest->'$.suite', (sealed, run_id)) AS spec
    FROM run
    WHERE manifest IS NOT NULL AND suite_version IS NOT NULL
    GROUP BY ALL
)
ORDER BY ALL;
