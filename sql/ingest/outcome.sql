-- one row per task, item, metric and filter of the run: samples.parquet without its texts. Hashes are cut to their
-- first 64 bits; a cluster that is no SHA-256 yet is hashed first; probabilities are the softmax of the
-- log-likelihoods (null where one of them is missing or none is finite).
WITH shifted AS (
    SELECT
        *,
        list_transform(choice_loglikelihoods, lambda x: exp(x - list_max(choice_loglikelihoods))) AS odds,
        CASE WHEN regexp_full_match(cluster, '[0-9a-f]{64}') THEN cluster ELSE sha256(cluster) END AS cluster_sha
    FROM samples
)

SELECT
    run_id,
    task,
    item,
    ('0x' || left(doc_hash, 16))::UBIGINT AS doc_hash,
    metric,
    filter,
    value,
    coalesce(weight, 1) AS weight,
    ('0x' || left(cluster_sha, 16))::UBIGINT AS cluster,
    CASE
        WHEN list_count(odds) = len(odds) AND isfinite(list_sum(odds))
            THEN list_transform(odds, lambda x: x / list_sum(odds))::FLOAT[]
    END AS choice_probs,
    gold,
    ('0x' || answer_hash)::UBIGINT AS answer_hash
FROM shifted;
