-- one row per vendor: who serves its models. `others` counts providers that are not the vendor itself.
CREATE VIEW vendor_reach AS
SELECT
    vendor.vendor_id,
    count(DISTINCT price.provider_id) AS providers,
    count(DISTINCT price.provider_id) FILTER (provider.vendor_id IS DISTINCT FROM vendor.vendor_id) AS others,
    count(DISTINCT (price.provider_id, price.offer_id)) FILTER (price.offer_id IS NOT NULL) AS offers,
    count(DISTINCT price.model_id) AS models_served
FROM vendor
LEFT JOIN model USING (vendor_id)
LEFT JOIN price USING (model_id)
LEFT JOIN provider USING (provider_id)
GROUP BY vendor.vendor_id;
