-- one row per model, provider and currency: the current price, blended at $ratio input tokens for each output token
SELECT *
FROM list_price_at(coalesce($ratio, 3)::DOUBLE)
ORDER BY model_id, currency, blended_per_mtok, provider_id;
