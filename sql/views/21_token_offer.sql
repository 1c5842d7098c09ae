-- one row per sheet and paid offer of a language model's tokens, in US dollars at the rate of its day. `sheet` is null for
-- what is on sale now (`current_price`), else the date of the market's sheet. `seller` says what the offer is worth as
-- evidence: `maker` (the model's own maker at its standard tier, its own cloud included), `host` (a cloud, or for open
-- weights anybody who runs them, at the standard tier), null (routers, resellers, plans, fast, batch, another host's offer passed on, moving
-- names such as `ministral-8b-latest`: they lead nothing). `provider_kind` is the provider's; a maker is a `host` of others' models.
-- `stale` where the provider has offers that are half a year newer (what is not among them is mostly retired), or where
-- somebody's are a year newer.
CREATE VIEW token_offer AS
WITH offer AS (
    SELECT
        NULL::DATE AS sheet, provider_id, offer_id, model_id, tier, currency, input_per_mtok, output_per_mtok,
        cache_read_per_mtok, as_of, source_id
    FROM current_price
    UNION ALL
    SELECT
        as_of, provider_id, offer_id, model_id, tier, currency, input_per_mtok, output_per_mtok, cache_read_per_mtok,
        as_of, source_id
    FROM price
    WHERE per = 'token' AND tier <> 'plan' AND input_per_mtok IS NOT NULL AND output_per_mtok IS NOT NULL
),

priced AS (
    SELECT offer.*, rate_in(s.from_day, s.to_day, s.from_rate, s.to_rate, offer.as_of) AS rate
    FROM offer
    LEFT JOIN currency_span AS s
        ON s.currency = offer.currency AND offer.as_of >= s.from_day AND offer.as_of < s.to_day
)

SELECT
    priced.sheet,
    model.product_id,
    priced.model_id,
    product.name AS model,
    product.vendor_id,
    product.open_weights,
    priced.provider_id,
    coalesce(provider.name, priced.provider_id) AS provider,
    CASE
        WHEN provider.kind = 'maker' AND provider.vendor_id IS DISTINCT FROM product.vendor_id
            AND provider.vendor_id IS DISTINCT FROM vendor.parent_id THEN 'host'
        ELSE provider.kind
    END AS provider_kind,
    provider.vendor_id AS provider_vendor,
    priced.offer_id,
    priced.tier,
    priced.currency,
    rate * input_per_mtok AS input_per_mtok,
    rate * output_per_mtok AS output_per_mtok,
    rate * cache_read_per_mtok AS cache_read_per_mtok,
    CASE
        WHEN priced.tier <> 'standard' THEN NULL
        WHEN ends_with(priced.offer_id, '-latest') AND NOT ends_with(model.product_id, '-latest') THEN NULL
        WHEN resold.provider_id IS NOT NULL THEN NULL
        WHEN provider.kind IN ('maker', 'cloud') AND provider.vendor_id IN (product.vendor_id, vendor.parent_id) THEN 'maker'
        WHEN provider.kind = 'cloud' THEN 'host'
        WHEN provider.kind IN ('host', 'maker') AND product.open_weights THEN 'host'
    END AS seller,
    priced.as_of,
    priced.as_of <= max(priced.as_of) OVER (PARTITION BY priced.sheet, priced.provider_id) - INTERVAL 183 DAY
    OR priced.as_of <= max(priced.as_of) OVER (PARTITION BY priced.sheet) - INTERVAL 1 YEAR AS stale,
    priced.source_id
FROM priced
INNER JOIN model USING (model_id)
INNER JOIN model AS product ON model.product_id = product.model_id
LEFT JOIN vendor ON product.vendor_id = vendor.vendor_id
LEFT JOIN provider ON priced.provider_id = provider.provider_id
LEFT JOIN provider AS resold
    ON split_part(priced.offer_id, '/', 1) = resold.provider_id AND priced.offer_id <> resold.provider_id
    AND resold.provider_id <> priced.provider_id AND resold.kind IN ('host', 'router')
    AND resold.provider_id NOT IN (SELECT vendor_id FROM vendor)
WHERE product.kind IN ('text', 'multimodal') AND rate IS NOT NULL AND (input_per_mtok > 0 OR output_per_mtok > 0);
