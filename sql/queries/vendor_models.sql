-- one row per model of one vendor, newest first, with the list price of its product
SELECT
    m.name, m.family, m.released, m.params_b, m.active_params_b, m.context_tokens, m.input_modalities,
    m.output_modalities, m.open_weights, m.licence, m.as_of, m.source_id, m.model_id, m.product_id,
    l.input_per_mtok, l.output_per_mtok, l.basis, l.provider, l.hosts, l.as_of AS priced
FROM model AS m
LEFT JOIN list_price AS l USING (product_id)
WHERE m.vendor_id = $vendor_id
ORDER BY m.released DESC NULLS LAST, m.name
