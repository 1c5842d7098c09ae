-- one row per provider that sells models, with its kind (maker, cloud, host, reseller, router, plan)
SELECT provider_id, name, kind, vendor_id, country FROM provider ORDER BY provider_id
