-- one row per task, metric and filter of the run: results.parquet as it stands
SELECT
    run_id, task, kind, metric, filter, score, stderr, n, higher_is_better, num_fewshot, task_version
FROM results;
