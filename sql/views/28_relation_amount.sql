-- one row per relation of two vendors, its amount in US dollars at the rate of its day (null where none is stated, or that
-- day has no rate); `amount` and `currency` are as the source has them.
CREATE VIEW relation_amount AS
SELECT
    r.from_id, r.to_id, r.kind, r.amount, r.currency,
    r.amount * rate_in(s.from_day, s.to_day, s.from_rate, s.to_rate, r.as_of) AS usd,
    r.note, r.as_of, r.source_id
FROM relation AS r
LEFT JOIN currency_span AS s ON s.currency = r.currency AND r.as_of >= s.from_day AND r.as_of < s.to_day;
