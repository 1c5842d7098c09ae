-- one row per leading run that has every task of its suite: the capability index, the mean over kinds of the mean over
-- a kind's tasks of the clipped normalised score. A group is one task, its members weighted by their items. A run that
-- lacks a task, a member of a group or an anchor has no index: a mean over what is left would be another index.
-- `analysis.index.capability_index` is the same definition with intervals; a test holds both together.
CREATE VIEW run_index AS
WITH member AS (
    SELECT suite, suite_version, kind, coalesce(nullif(task_group, ''), task) AS counted, count(*) AS members
    FROM task
    GROUP BY ALL
),

whole AS (SELECT suite, suite_version, count(*) AS tasks FROM member GROUP BY ALL),

counted AS (
    SELECT
        run_id, suite, suite_version, kind, coalesce(nullif(task_group, ''), task) AS counted,
        greatest(0, least(1, sum(n * normalised) / nullif(sum(n), 0))) AS score,
        count(normalised) AS scored
    FROM leaderboard
    GROUP BY ALL
),

by_kind AS (
    SELECT run_id, suite, suite_version, kind, avg(score) AS score, count(*) AS tasks
    FROM counted
    INNER JOIN member USING (suite, suite_version, kind, counted)
    WHERE scored = members AND score IS NOT NULL
    GROUP BY ALL
)

SELECT run_id, avg(score) AS index, count(*) AS kinds, sum(by_kind.tasks)::BIGINT AS tasks
FROM by_kind
INNER JOIN whole USING (suite, suite_version)
GROUP BY run_id, whole.tasks
HAVING sum(by_kind.tasks) = whole.tasks;
