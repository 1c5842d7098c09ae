-- one row per model, provider and currency: the cheapest current offer that costs something (a free one only where
-- there is no other), per million tokens, blended at `ratio` input tokens for each output token
CREATE MACRO list_price_at(ratio) AS TABLE
SELECT
    model_id,
    model.vendor_id,
    provider_id,
    provider_name,
    offer_id,
    currency,
    input_per_mtok,
    output_per_mtok,
    (ratio * input_per_mtok + output_per_mtok) / (ratio + 1) AS blended_per_mtok,
    input_per_mtok = 0 AND output_per_mtok = 0 AS free,
    provider_vendor_id IS NOT DISTINCT FROM model.vendor_id AS first_party,
    current_price.as_of,
    current_price.source_id
FROM current_price
LEFT JOIN model USING (model_id)
QUALIFY row_number() OVER (
    PARTITION BY model_id, provider_id, currency ORDER BY free, blended_per_mtok, current_price.as_of DESC, offer_id
) = 1;
