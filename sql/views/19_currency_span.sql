-- one row per currency and span of days between two exchange rates of `fx`, the last day not in it. A rate inside is
-- interpolated (macro `rate_in`); before the first rate and after the last one it holds for a year, and between two rates
-- that lie further apart for a year from each. A day in no span has no rate. US dollars have one span with rate 1.
CREATE VIEW currency_span AS
WITH quote AS (
    SELECT
        currency, as_of AS day, usd_per_unit AS rate,
        lead(as_of) OVER following AS next_day,
        lead(usd_per_unit) OVER following AS next_rate,
        lag(as_of) OVER following IS NULL AS first
    FROM fx
    WINDOW following AS (PARTITION BY currency ORDER BY as_of)
),

span AS (
    SELECT currency, day AS from_day, next_day AS to_day, rate AS from_rate, next_rate AS to_rate
    FROM quote
    WHERE next_day IS NOT NULL
    UNION ALL
    SELECT currency, day - INTERVAL 1 YEAR, day, rate, rate
    FROM quote
    WHERE first
    UNION ALL
    SELECT currency, day, day + INTERVAL 1 YEAR + INTERVAL 1 DAY, rate, rate
    FROM quote
    WHERE next_day IS NULL
)

SELECT currency, from_day::DATE AS from_day, to_day::DATE AS to_day, from_rate, to_rate
FROM span
WHERE to_day <= from_day + INTERVAL 2 YEAR
UNION ALL
SELECT currency, from_day::DATE, (from_day + INTERVAL 1 YEAR)::DATE, from_rate, from_rate
FROM span
WHERE to_day > from_day + INTERVAL 2 YEAR
UNION ALL
SELECT currency, (to_day - INTERVAL 1 YEAR)::DATE, to_day::DATE, to_rate, to_rate
FROM span
WHERE to_day > from_day + INTERVAL 2 YEAR
UNION ALL
SELECT 'USD', DATE '0001-01-01', DATE '9999-12-31', 1, 1;

-- US dollars per unit on a day inside a span: linear between its ends
CREATE OR REPLACE MACRO rate_in(from_day, to_day, from_rate, to_rate, day) AS
    from_rate + (to_rate - from_rate) * date_diff('day', from_day, day) / date_diff('day', from_day, to_day);
