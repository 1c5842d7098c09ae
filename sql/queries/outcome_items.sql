-- one row per item of one task, metric and filter in one run: what is known without its texts
SELECT item, value, weight, choice_probs, gold, count(*) OVER () AS found
FROM outcome
WHERE run_id = $run_id AND task = $task AND metric = $metric AND filter = $filter
    AND ($below IS NULL OR value < CAST($below AS DOUBLE))
ORDER BY item
LIMIT CAST($most AS BIGINT) OFFSET CAST($skipped AS BIGINT)
