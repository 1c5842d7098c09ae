-- one row per model, provider and currency: the current price blended at three input tokens for each output token
CREATE VIEW list_price AS FROM list_price_at(3.0);
