-- one row per table of facts: how many rows, and a digest of them all that no order changes
SELECT 'vendor' AS facts, count(*) AS rows, CAST(bit_xor(md5_number(CAST(t AS VARCHAR))) AS VARCHAR) AS digest FROM vendor AS t
UNION ALL SELECT 'model', count(*), CAST(bit_xor(md5_number(CAST(t AS VARCHAR))) AS VARCHAR) FROM model AS t
UNION ALL SELECT 'provider', count(*), CAST(bit_xor(md5_number(CAST(t AS VARCHAR))) AS VARCHAR) FROM provider AS t
UNION ALL SELECT 'price', count(*), CAST(bit_xor(md5_number(CAST(t AS VARCHAR))) AS VARCHAR) FROM price AS t
UNION ALL SELECT 'gpu_price', count(*), CAST(bit_xor(md5_number(CAST(t AS VARCHAR))) AS VARCHAR) FROM gpu_price AS t
UNION ALL SELECT 'fact', count(*), CAST(bit_xor(md5_number(CAST(t AS VARCHAR))) AS VARCHAR) FROM fact AS t
UNION ALL SELECT 'relation', count(*), CAST(bit_xor(md5_number(CAST(t AS VARCHAR))) AS VARCHAR) FROM relation AS t
UNION ALL SELECT 'reported_score', count(*), CAST(bit_xor(md5_number(CAST(t AS VARCHAR))) AS VARCHAR) FROM reported_score AS t
UNION ALL SELECT 'benchmark', count(*), CAST(bit_xor(md5_number(CAST(t AS VARCHAR))) AS VARCHAR) FROM benchmark AS t
UNION ALL SELECT 'source', count(*), CAST(bit_xor(md5_number(CAST(t AS VARCHAR))) AS VARCHAR) FROM source AS t
UNION ALL SELECT 'fx', count(*), CAST(bit_xor(md5_number(CAST(t AS VARCHAR))) AS VARCHAR) FROM fx AS t
UNION ALL SELECT 'task_cost', count(*), CAST(bit_xor(md5_number(CAST(t AS VARCHAR))) AS VARCHAR) FROM task_cost AS t
ORDER BY facts
