-- one row per provider, with its country where the catalog knows it: the provider's own, else its maker's
SELECT p.provider_id, p.name, p.kind, p.vendor_id, coalesce(p.country, v.country) AS country
FROM provider AS p
LEFT JOIN vendor AS v USING (vendor_id)
ORDER BY p.provider_id
