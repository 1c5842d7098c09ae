-- one row per offer and date, with the model's and provider's names
SELECT
    p.*, coalesce(pr.name, p.provider_id) AS provider, pr.vendor_id AS provider_vendor, m.name AS model, m.vendor_id, m.open_weights, m.licence,
    m.params_b, m.context_tokens, m.released, v.name_en AS vendor_en, v.name_zh AS vendor_zh, v.segment, v.country
FROM price AS p
LEFT JOIN provider AS pr USING (provider_id)
LEFT JOIN model AS m USING (model_id)
LEFT JOIN vendor AS v ON v.vendor_id = m.vendor_id
WHERE p.model_id IS NOT NULL
ORDER BY p.as_of, p.provider_id, p.offer_id
