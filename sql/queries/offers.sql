-- one row per paid offer of a language model that is on sale now, in US dollars, with its product's list price:
-- `trusted` where the seller makes or runs the model at the standard tier, `below_half` where another than the maker asks
-- less than half of the list price
SELECT
    o.* EXCLUDE (sheet), o.seller IS NOT NULL AS trusted, l.blended_per_mtok AS list_per_mtok, l.basis,
    coalesce(o.seller <> 'maker' OR o.seller IS NULL, true) AND coalesce(o.blended_per_mtok < l.blended_per_mtok / 2, false)
        AS below_half,
    m.licence, m.params_b, m.context_tokens, m.released, v.name_en AS vendor_en, v.name_zh AS vendor_zh, v.segment, v.country,
    s.title AS source, s.url
FROM offer_at($ratio, cached := $cached) AS o
LEFT JOIN list_prices_at($ratio, cached := $cached) AS l ON l.product_id = o.product_id AND l.sheet IS NULL
LEFT JOIN model AS m ON m.model_id = o.product_id
LEFT JOIN vendor AS v ON v.vendor_id = o.vendor_id
LEFT JOIN source AS s ON s.source_id = o.source_id
WHERE o.sheet IS NULL
ORDER BY o.product_id, o.blended_per_mtok, o.provider_id, o.offer_id
