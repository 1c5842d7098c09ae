-- one row per provider and offer that is matched to a model and still on sale: its newest row, where both its prices
-- are known. Market snapshots are whole sheets (their sources end with a date): what the newest sheet no longer lists
-- is withdrawn, and what it lists without a price has none, whatever an older sheet said. Prices of minutes, images or
-- requests are no prices of tokens, and a subscription's are notional.
CREATE VIEW current_price AS
WITH newest AS (
    SELECT *
    FROM price
    QUALIFY
        row_number() OVER (PARTITION BY provider_id, offer_id ORDER BY as_of DESC) = 1
        AND (
            NOT regexp_matches(source_id, '-\d{4}-\d{2}-\d{2}$')
            OR as_of = max(as_of) OVER (PARTITION BY regexp_replace(source_id, '-\d{4}-\d{2}-\d{2}$', ''))
        )
)

SELECT newest.*, provider.name AS provider_name, provider.vendor_id AS provider_vendor_id
FROM newest
LEFT JOIN provider USING (provider_id)
WHERE newest.per = 'token' AND newest.tier <> 'plan' AND newest.model_id IS NOT NULL
    AND newest.input_per_mtok IS NOT NULL AND newest.output_per_mtok IS NOT NULL;
