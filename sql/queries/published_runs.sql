-- one row per run folder that is in the database
SELECT name FROM publication WHERE part = 'run' ORDER BY name
