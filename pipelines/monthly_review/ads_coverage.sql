-- How much of each week and month is known of each kind of ad: days on which any campaign has a row, and of these the
-- ones on which all are mature.
WITH day AS (
    SELECT
        kind, start_date, account, marketplace, ad_product, unit, MAX(n_days) AS n_days, MIN(n_mature) AS n_mature
    FROM ads_campaign_line
    GROUP BY kind, start_date, account, marketplace, ad_product, unit
),
summed AS (
    SELECT
        kind, start_date, account, marketplace, ad_product, SUM(n_days) AS days_covered, SUM(n_mature) AS days_mature
    FROM day
    GROUP BY kind, start_date, account, marketplace, ad_product
)
SELECT
    s.kind AS kind, s.start_date AS start_date, s.account AS account, s.marketplace AS marketplace,
    s.ad_product AS ad_product, s.days_covered AS days_covered, s.days_mature AS days_mature,
    p.n_days AS days_expected, s.days_covered >= p.n_days AS complete, s.days_mature >= s.days_covered AS mature,
    p.end_date AS end_date,
    CASE
        WHEN s.kind = 'week' THEN CAST(s.start_date - INTERVAL '7 days' AS DATE)
        ELSE CAST(s.start_date - INTERVAL '1 month' AS DATE)
    END AS start_prev,
    CASE
        WHEN s.kind = 'week' THEN CAST(s.start_date + INTERVAL '7 days' AS DATE)
        ELSE CAST(s.start_date + INTERVAL '1 month' AS DATE)
    END AS start_next
FROM summed AS s
INNER JOIN periods AS p ON s.kind = p.kind AND s.start_date = p.start_date
