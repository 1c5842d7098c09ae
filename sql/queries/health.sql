-- one row: the newest day that something in the catalog is of, and when the newest run of ours was sealed
WITH dated AS (
    SELECT as_of FROM price
    UNION ALL SELECT as_of FROM fact
    UNION ALL SELECT as_of FROM reported_score
    UNION ALL SELECT as_of FROM model
    UNION ALL SELECT as_of FROM vendor
)
SELECT
    (SELECT max(as_of) FROM dated) AS catalog,
    (SELECT max(sealed) FROM run WHERE origin = 'measured') AS last_run
