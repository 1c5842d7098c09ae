-- one row per source: its title, address and publisher, and the day on which it was read
SELECT source_id, title, url, publisher, retrieved FROM source ORDER BY source_id
