-- one row per offer of a model of the catalog and date, with the model's and provider's names; `current` is what it costs now
SELECT
    p.*, c.offer_id IS NOT NULL AS current, coalesce(pr.name, p.provider_id) AS provider, pr.vendor_id AS provider_vendor,
    m.name AS model, m.vendor_id, m.open_weights, m.licence, m.params_b, m.context_tokens, m.released,
    v.name_en AS vendor_en, v.name_zh AS vendor_zh, v.segment, v.country
FROM price AS p
LEFT JOIN current_price AS c ON c.provider_id = p.provider_id AND c.offer_id = p.offer_id AND c.as_of = p.as_of
LEFT JOIN provider AS pr ON pr.provider_id = p.provider_id
LEFT JOIN model AS m ON m.model_id = p.model_id
LEFT JOIN vendor AS v ON v.vendor_id = m.vendor_id
WHERE p.model_id IS NOT NULL
ORDER BY p.as_of, p.provider_id, p.offer_id
