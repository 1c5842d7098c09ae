-- one row per source: its title and address
SELECT source_id, title, url FROM source ORDER BY source_id
