-- one row per leading run with an index and a price in US dollars that is not nil: `cost_kind` is list (the product's list
-- price, blended 3:1) or self-hosted (cheapest rented GPU). On the frontier no other row of the same suite, origin
-- and kind of cost is at least as good at no higher cost, and better in one of them.
CREATE VIEW pareto AS
WITH cost AS (
    SELECT lead.run_id, 'list' AS cost_kind, list_price.blended_per_mtok AS usd_per_mtok
    FROM leading_run AS lead
    INNER JOIN model USING (model_id)
    INNER JOIN list_price USING (product_id)
    UNION ALL
    SELECT run_id, 'self-hosted', min(per_mtok)
    FROM measured_cost
    WHERE currency = 'USD'
    GROUP BY ALL
),

point AS (
    SELECT
        lead.run_id, lead.model, lead.model_id, lead.vendor_id, lead.suite, lead.suite_version, lead.dtype, lead.origin,
        run_index.index, cost.cost_kind, cost.usd_per_mtok
    FROM leading_run AS lead
    INNER JOIN run_index USING (run_id)
    INNER JOIN cost USING (run_id)
    WHERE cost.usd_per_mtok > 0 AND lead.vendor_id IS DISTINCT FROM 'reference'
)

SELECT
    *,
    NOT EXISTS (
        SELECT 1
        FROM point AS other
        WHERE other.suite = point.suite
            AND other.suite_version IS NOT DISTINCT FROM point.suite_version
            AND other.origin = point.origin
            AND other.cost_kind = point.cost_kind
            AND other.index >= point.index
            AND other.usd_per_mtok <= point.usd_per_mtok
            AND (other.index > point.index OR other.usd_per_mtok < point.usd_per_mtok)
    ) AS on_frontier
FROM point;
