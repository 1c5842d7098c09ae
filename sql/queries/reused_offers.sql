-- one row per product and name of an offer under which its maker sells another product by now: that product (`now_id`, `now`) and
-- the day of its first price there; names that move on with every version (`-latest`) are left out
WITH sold AS (
    SELECT price.provider_id, provider.name AS provider, price.offer_id, model.product_id, min(price.as_of) AS first, max(price.as_of) AS last
    FROM price
    INNER JOIN provider USING (provider_id)
    INNER JOIN model USING (model_id)
    WHERE provider.kind = 'maker' AND NOT ends_with(price.offer_id, '-latest')
    GROUP BY ALL
),

newest AS (
    FROM sold QUALIFY row_number() OVER (PARTITION BY provider_id, offer_id ORDER BY last DESC, first DESC, product_id) = 1
)

SELECT sold.product_id, sold.provider, sold.offer_id, newest.product_id AS now_id, model.name AS now, newest.first AS since
FROM sold
INNER JOIN newest USING (provider_id, offer_id)
INNER JOIN model ON model.model_id = newest.product_id
WHERE sold.product_id <> newest.product_id AND sold.last < newest.first
ORDER BY sold.product_id, sold.offer_id
