-- one row per offer and date on or after $since whose price differs from the date before
SELECT
    h.provider_id, coalesce(p.name, h.provider_id) AS provider, h.offer_id, h.model_id, m.name AS model, m.vendor_id, h.as_of,
    h.previous_input_per_mtok AS input_before, h.input_per_mtok AS input_now,
    h.previous_output_per_mtok AS output_before, h.output_per_mtok AS output_now,
    h.output_per_mtok / nullif(h.previous_output_per_mtok, 0) - 1 AS change, h.source_id
FROM price_history AS h
JOIN model AS m USING (model_id)
LEFT JOIN provider AS p USING (provider_id)
WHERE h.currency = 'USD' AND h.as_of >= CAST($since AS DATE) AND h.previous_output_per_mtok IS NOT NULL
    AND (h.input_per_mtok IS DISTINCT FROM h.previous_input_per_mtok
        OR h.output_per_mtok IS DISTINCT FROM h.previous_output_per_mtok)
ORDER BY abs(coalesce(change, 0)) DESC, h.provider_id, h.offer_id, h.as_of
