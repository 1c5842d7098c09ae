-- one row per product: its list price now, at three input tokens for each output token
CREATE VIEW list_price AS SELECT * EXCLUDE (sheet) FROM list_prices_at(3.0) WHERE sheet IS NULL;
