-- one row per estimate of what training a model cost, US dollars, with where it comes from
SELECT f.vendor_id, f.value, f.note, f.as_of, f.source_id, s.title AS source, s.url
FROM fact_figure AS f LEFT JOIN source AS s USING (source_id)
WHERE f.key = 'training_cost' AND f.value IS NOT NULL
ORDER BY f.value DESC
