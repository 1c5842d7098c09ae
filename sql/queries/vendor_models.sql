-- one row per model of one vendor, newest first, with its cheapest list price of the newest date (free offers left out)
SELECT
    m.name, m.family, m.released, m.params_b, m.active_params_b, m.context_tokens, m.input_modalities,
    m.output_modalities, m.open_weights, m.licence, m.as_of, m.source_id, m.model_id,
    (
        SELECT min(p.output_per_mtok) FROM price AS p
        WHERE p.model_id = m.model_id AND p.currency = 'USD' AND p.output_per_mtok > 0
            AND p.as_of = (SELECT max(as_of) FROM price AS q WHERE q.model_id = m.model_id)
    ) AS output_from
FROM model AS m
WHERE m.vendor_id = $vendor_id
ORDER BY m.released DESC NULLS LAST, m.name
