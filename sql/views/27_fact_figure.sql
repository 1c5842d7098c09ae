-- one row per fact that is a number. `value` is in US dollars at the rate of the fact's day where `unit` is a currency
-- (three capital letters, ISO 4217), and null where that day has no rate; `stated` and `unit` are as the source has them.
CREATE VIEW fact_figure AS
SELECT
    f.vendor_id, f.dimension, f.key, f.stated, f.unit,
    CASE
        WHEN NOT regexp_full_match(coalesce(f.unit, ''), '[A-Z]{3}') THEN f.stated
        ELSE f.stated * rate_in(s.from_day, s.to_day, s.from_rate, s.to_rate, f.as_of)
    END AS value,
    CASE WHEN regexp_full_match(coalesce(f.unit, ''), '[A-Z]{3}') THEN 'USD' ELSE f.unit END AS value_unit,
    f.note, f.as_of, f.source_id
FROM (SELECT *, TRY_CAST(value AS DOUBLE) AS stated FROM fact) AS f
LEFT JOIN currency_span AS s ON s.currency = f.unit AND f.as_of >= s.from_day AND f.as_of < s.to_day
WHERE f.stated IS NOT NULL;
