-- one row per source that something in the database rests on: what it feeds, how many rows, from when to when
WITH used AS (
    SELECT source_id, 'price' AS feeds, as_of FROM price
    UNION ALL SELECT source_id, 'gpu_price', as_of FROM gpu_price
    UNION ALL SELECT source_id, 'fact', as_of FROM fact
    UNION ALL SELECT source_id, 'relation', as_of FROM relation
    UNION ALL SELECT source_id, 'reported_score', as_of FROM reported_score
    UNION ALL SELECT source_id, 'model', as_of FROM model
    UNION ALL SELECT source_id, 'vendor', as_of FROM vendor
)
SELECT
    coalesce(s.title, used.source_id) AS title, s.publisher, s.licence, s.url, s.retrieved,
    string_agg(DISTINCT used.feeds, ', ' ORDER BY used.feeds) AS feeds,
    count(*) AS rows, min(used.as_of) AS first_as_of, max(used.as_of) AS last_as_of, used.source_id
FROM used LEFT JOIN source AS s USING (source_id)
WHERE used.source_id IS NOT NULL
GROUP BY ALL
ORDER BY last_as_of DESC NULLS LAST, rows DESC, source_id
