-- one row per task that the runs' manifests speak of, out of `task_spec` (the rows of task_spec.sql for all runs): the
-- suite's own entry; for a task that the suite does not list, the entry of the run. Where manifests disagree the newest
-- sealed run speaks, except on whether texts may be shown to all: there the strictest does, and a suite's entry that is
-- silent or unclear says no.
WITH newest AS (
    SELECT suite, suite_version, task, arg_max(spec, standing) AS spec, bool_and(redistribute) AS redistribute
    FROM task_spec
    GROUP BY ALL
)

SELECT
    suite,
    suite_version,
    task,
    coalesce(spec->>'$.group', spec->>'$.task_group') AS task_group,
    spec->>'$.kind' AS kind,
    spec->>'$.language' AS language,
    coalesce(spec->>'$.headline_metric', spec->>'$.metric') AS headline_metric,
    coalesce(spec->>'$.headline_filter', spec->>'$.filter', 'none') AS headline_filter,
    (spec->>'$.higher_is_better')::BOOLEAN AS higher_is_better,
    (spec->>'$.num_fewshot')::INTEGER AS num_fewshot,
    (spec->>'$.chance')::DOUBLE AS chance,
    (spec->>'$.best')::DOUBLE AS best,
    (spec->>'$.h0')::DOUBLE AS h0,
    spec->>'$.licence' AS licence,
    coalesce(redistribute, FALSE) AS redistribute
FROM newest
WHERE task IS NOT NULL AND spec->>'$.kind' IS NOT NULL
    AND coalesce(spec->>'$.headline_metric', spec->>'$.metric') IS NOT NULL
ORDER BY ALL;
