-- one row per offer of a model of the catalog and date whose price in US dollars differs from the date before, both known
SELECT
    h.provider_id, coalesce(p.name, h.provider_id) AS provider, h.offer_id, h.model_id, m.name AS model, h.vendor_id,
    h.previous_as_of AS before, h.as_of,
    h.previous_input_per_mtok AS input_before, h.input_per_mtok AS input_now,
    h.previous_output_per_mtok AS output_before, h.output_per_mtok AS output_now,
    h.output_per_mtok / nullif(h.previous_output_per_mtok, 0) - 1 AS output_change, h.source_id
FROM price_history AS h
JOIN model AS m USING (model_id)
LEFT JOIN provider AS p USING (provider_id)
WHERE h.currency = 'USD'
    AND (h.input_per_mtok <> h.previous_input_per_mtok OR h.output_per_mtok <> h.previous_output_per_mtok)
ORDER BY h.as_of DESC, abs(coalesce(output_change, 0)) DESC, h.provider_id, h.offer_id
