-- one row per provider and offer that is matched to a model and still on sale: its newest price, both directions known.
-- Market snapshots are whole sheets (their sources end with a date): what the newest sheet no longer lists is withdrawn.
CREATE VIEW current_price AS
SELECT price.*, provider.name AS provider_name, provider.vendor_id AS provider_vendor_id
FROM price
LEFT JOIN provider USING (provider_id)
WHERE price.model_id IS NOT NULL AND input_per_mtok IS NOT NULL AND output_per_mtok IS NOT NULL
QUALIFY
    row_number() OVER (PARTITION BY provider_id, offer_id ORDER BY price.as_of DESC) = 1
    AND (
        NOT regexp_matches(price.source_id, '-\d{4}-\d{2}-\d{2}$')
        OR price.as_of = max(price.as_of) OVER (PARTITION BY regexp_replace(price.source_id, '-\d{4}-\d{2}-\d{2}$', ''))
    );
