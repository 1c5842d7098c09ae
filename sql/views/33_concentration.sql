-- one row per measure and vendor: its amount and its share of all vendors' (inputs of the concentration index).
-- offers: offers of its models; served: providers serving it; models: released models; open: those with open weights.
CREATE VIEW concentration AS
WITH amount AS (
    SELECT 'offers' AS measure, vendor_id, offers AS amount FROM vendor_reach
    UNION ALL
    SELECT 'served', vendor_id, providers FROM vendor_reach
    UNION ALL
    SELECT 'models', vendor_id, models FROM open_share
    UNION ALL
    SELECT 'open', vendor_id, open_models FROM open_share
)

SELECT
    measure,
    vendor_id,
    segment,
    country,
    amount,
    amount / sum(amount) OVER (PARTITION BY measure) AS share
FROM amount
INNER JOIN vendor USING (vendor_id)
WHERE amount > 0 AND segment <> 'reference';
