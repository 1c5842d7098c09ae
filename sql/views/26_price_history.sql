-- one row per provider, offer and date: the price, and the one before it (null where it is the first)
CREATE VIEW price_history AS
SELECT
    price.provider_id,
    price.offer_id,
    price.model_id,
    model.vendor_id,
    price.currency,
    price.as_of,
    price.input_per_mtok,
    price.output_per_mtok,
    (3 * price.input_per_mtok + price.output_per_mtok) / 4 AS blended_per_mtok,
    lag(price.as_of) OVER earlier AS previous_as_of,
    lag(price.input_per_mtok) OVER earlier AS previous_input_per_mtok,
    lag(price.output_per_mtok) OVER earlier AS previous_output_per_mtok,
    price.source_id
FROM price
LEFT JOIN model USING (model_id)
WINDOW earlier AS (PARTITION BY price.provider_id, price.offer_id, price.currency ORDER BY price.as_of);
