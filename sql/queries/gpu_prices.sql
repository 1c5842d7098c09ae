-- one row per cloud, GPU, terms and date
SELECT g.*, coalesce(s.title, g.source_id) AS source, s.url FROM gpu_price AS g LEFT JOIN source AS s USING (source_id)
ORDER BY g.gpu, g.per_gpu_hour
