-- one row per sheet (null: now) and product that somebody sells whom one can trust: its list price per million tokens.
-- `basis` is `median` (of the hosts and clouds of open weights, three or more), `maker` (the maker's standard tier) or `few`
-- (the median of fewer than three hosts, where the maker has no price). A provider counts once: with its newest offer of the
-- product, under the product's own name rather than another's, the cheapest of such. Of a maker's several platforms the
-- one for the world outside China counts (the id of the other ends in `-cn`), of two such the dearer; a host's platforms (`SiliconFlow (China)`) are one.
-- Stale offers stay out, and so do prices more than half a year older than the product's newest of their kind.
CREATE MACRO list_prices_at(ratio, cached := 0.0) AS TABLE
WITH shop AS (
    SELECT *, max(as_of) OVER (PARTITION BY sheet, product_id, seller) AS newest
    FROM offer_at(ratio, cached := cached)
    WHERE seller IS NOT NULL AND NOT stale AND blended_per_mtok > 0
    QUALIFY row_number() OVER (
        PARTITION BY sheet, product_id, seller, CASE WHEN seller = 'maker' THEN provider_id ELSE split_part(provider, ' (', 1) END
        ORDER BY as_of DESC, model_id = product_id DESC, blended_per_mtok, offer_id, provider_id
    ) = 1
),

fresh AS (FROM shop WHERE as_of > newest - INTERVAL 183 DAY),

maker AS (
    FROM fresh
    WHERE seller = 'maker'
    QUALIFY row_number() OVER (
        PARTITION BY sheet, product_id
        ORDER BY provider_kind = 'maker' DESC, ends_with(provider_id, '-cn'), blended_per_mtok DESC, provider_id
    ) = 1
),

host AS (
    SELECT
        sheet, product_id, count(*) AS offers, median(blended_per_mtok) AS blended_per_mtok,
        median(input_per_mtok) AS input_per_mtok, median(output_per_mtok) AS output_per_mtok,
        median(cache_read_per_mtok) AS cache_read_per_mtok, min(blended_per_mtok) AS low, max(blended_per_mtok) AS high,
        string_agg(provider, ', ' ORDER BY blended_per_mtok, provider) AS provider,
        mode(provider_kind ORDER BY provider_kind DESC) AS provider_kind, max(as_of) AS as_of,
        first(source_id ORDER BY as_of DESC, source_id) AS source_id, any_value(offer_id ORDER BY offer_id) AS offer_id
    FROM fresh
    WHERE seller = 'host'
    GROUP BY sheet, product_id
),

product AS (SELECT DISTINCT sheet, product_id, model, vendor_id, open_weights FROM fresh),

chosen AS (
    SELECT
        product.*,
        CASE
            WHEN product.open_weights AND host.offers >= 3 THEN 'median'
            WHEN maker.product_id IS NOT NULL THEN 'maker'
            WHEN host.offers >= 3 THEN 'median'
            ELSE 'few'
        END AS basis,
        maker, host
    FROM product
    LEFT JOIN maker ON product.product_id = maker.product_id AND product.sheet IS NOT DISTINCT FROM maker.sheet
    LEFT JOIN host ON product.product_id = host.product_id AND product.sheet IS NOT DISTINCT FROM host.sheet
)

SELECT
    sheet,
    product_id,
    product_id AS model_id,
    model,
    vendor_id,
    basis,
    CASE WHEN basis = 'maker' THEN maker.provider_id END AS provider_id,
    CASE WHEN basis = 'maker' THEN maker.provider ELSE host.provider END AS provider,
    CASE WHEN basis = 'maker' THEN maker.provider_kind ELSE host.provider_kind END AS provider_kind,
    'standard' AS tier,
    coalesce(host.offers, 0) AS hosts,
    CASE WHEN basis = 'maker' THEN maker.input_per_mtok ELSE host.input_per_mtok END AS input_per_mtok,
    CASE WHEN basis = 'maker' THEN maker.output_per_mtok ELSE host.output_per_mtok END AS output_per_mtok,
    CASE WHEN basis = 'maker' THEN maker.cache_read_per_mtok ELSE host.cache_read_per_mtok END AS cache_read_per_mtok,
    CASE WHEN basis = 'maker' THEN maker.blended_per_mtok ELSE host.blended_per_mtok END AS blended_per_mtok,
    least(maker.blended_per_mtok, host.low) AS low_per_mtok,
    greatest(maker.blended_per_mtok, host.high) AS high_per_mtok,
    maker.blended_per_mtok AS maker_per_mtok,
    CASE WHEN basis = 'maker' THEN maker.as_of ELSE host.as_of END AS as_of,
    CASE WHEN basis = 'maker' THEN maker.source_id ELSE host.source_id END AS source_id
FROM chosen;
