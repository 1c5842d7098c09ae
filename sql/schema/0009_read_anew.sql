-- What 0008 had to guess goes, and the next publish reads the catalog and the imported scores anew, whether or not their files
-- have changed. Runs stay. A catalog that was read since 0008 has providers with kinds, and its rows stay until then.

-- imported scores under the names that another catalog gave to tests
DELETE FROM reported_score WHERE source_id LIKE 'import-%';
-- scores of unknown effort and evidence, prices of unknown tier
DELETE FROM reported_score WHERE NOT EXISTS (SELECT 1 FROM provider WHERE kind IS NOT NULL);
DELETE FROM price WHERE NOT EXISTS (SELECT 1 FROM provider WHERE kind IS NOT NULL);
DELETE FROM publication WHERE part IN ('catalog', 'reported_score');
