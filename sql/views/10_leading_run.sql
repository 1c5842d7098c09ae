-- one row per run that stands for its model: the newest valid, complete run of each model revision, suite version,
-- dtype and origin, with and without a chat template, over all items. Only such runs are compared; the others stay
-- readable in `run`.
CREATE VIEW leading_run AS
SELECT *
FROM run
WHERE valid AND NOT partial AND item_limit IS NULL AND item_sample IS NULL
QUALIFY row_number() OVER (
    PARTITION BY model, revision, suite, suite_version, dtype, origin, coalesce(chat_template, FALSE)
    ORDER BY sealed DESC NULLS LAST, run_id DESC
) = 1;
