-- Rates into one base currency by month; of a month that is told twice the greater, so that the order does not matter.
WITH base AS (
    SELECT MIN(base_currency) AS base_currency FROM fx_rates
),
dated AS (
    SELECT d.month AS rate_month, f.currency AS currency, f.base_currency AS base_currency, f.rate AS rate
    FROM fx_rates AS f
    INNER JOIN base AS b ON f.base_currency = b.base_currency
    INNER JOIN calendar AS d ON f.month = d.date
    WHERE f.currency IS NOT NULL
)
SELECT rate_month, currency, base_currency, MAX(rate) AS rate
FROM dated
GROUP BY rate_month, currency, base_currency
