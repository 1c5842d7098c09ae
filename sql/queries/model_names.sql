-- one row per product and name that it goes by: its own, its id, its hub's, those of second entries of it, and aliases
SELECT product_id, name FROM model
UNION
SELECT product_id, model_id FROM model
UNION
SELECT product_id, hub_id FROM model WHERE hub_id IS NOT NULL
UNION
SELECT m.product_id, a.alias FROM alias AS a JOIN model AS m ON m.model_id = a.id WHERE a.kind = 'model'
ORDER BY product_id, name
