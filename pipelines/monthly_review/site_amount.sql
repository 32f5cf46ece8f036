-- What a site sold and what its advertising took, by day, week and month. A day of which a kind of ad is missing that
-- the rest of its week has is not complete.
WITH ads_day AS (
    SELECT
        unit, start_date AS week_start, account, marketplace, currency, COUNT(DISTINCT ad_product) AS n_kinds,
        MIN(n_mature) = 1 AS mature, SUM(spend) AS spend, SUM(sales) AS ad_sales, SUM(orders) AS ad_orders,
        SUM(clicks) AS clicks, SUM(impressions) AS impressions, MIN(observed_at) AS observed_at
    FROM ads_campaign_line
    WHERE kind = 'week'
    GROUP BY unit, start_date, account, marketplace, currency
),
kinds AS (
    SELECT start_date AS week_start, account, marketplace, currency, COUNT(DISTINCT ad_product) AS n_kinds
    FROM ads_campaign_line
    WHERE kind = 'week'
    GROUP BY start_date, account, marketplace, currency
),
ads AS (
    SELECT
        kind, start_date, account, marketplace, currency, days_covered AS ads_days, complete AS ads_complete,
        mature AS ads_mature, spend, sales AS ad_sales, orders AS ad_orders, clicks, impressions, observed_at
    FROM acos_account_period
    UNION ALL
    SELECT
        'day' AS kind, c.date AS start_date, d.account AS account, d.marketplace AS marketplace,
        d.currency AS currency, 1 AS ads_days, d.n_kinds = k.n_kinds AS ads_complete, d.mature AS ads_mature,
        d.spend AS spend, d.ad_sales AS ad_sales, d.ad_orders AS ad_orders, d.clicks AS clicks,
        d.impressions AS impressions, d.observed_at AS observed_at
    FROM ads_day AS d
    INNER JOIN kinds AS k
        ON d.week_start = k.week_start AND d.account = k.account AND d.marketplace = k.marketplace
        AND d.currency = k.currency
    INNER JOIN calendar AS c ON d.unit = c.day_number
),
sold AS (
    SELECT
        kind, start_date, account, marketplace, currency, n_days AS sales_days, source AS sales_source, sales_total,
        units_total, sessions, page_views, units_refunded, observed_at
    FROM sales_period
    UNION ALL
    SELECT
        'day' AS kind, date AS start_date, account, marketplace, currency, 1 AS sales_days, 'day' AS sales_source,
        ordered_product_sales AS sales_total, units_ordered AS units_total, sessions, page_views, units_refunded,
        observed_at
    FROM traffic_account
),
place AS (
    SELECT kind, start_date, account, marketplace, currency FROM ads
    UNION
    SELECT kind, start_date, account, marketplace, currency FROM sold
)
SELECT
    w.kind AS kind, w.start_date AS start_date, d.month AS rate_month, w.account AS account,
    w.marketplace AS marketplace, w.currency AS currency, COALESCE(p.n_days, 1) AS days_expected,
    CASE
        WHEN w.kind = 'week' THEN CAST(w.start_date - INTERVAL '7 days' AS DATE)
        WHEN w.kind = 'month' THEN CAST(w.start_date - INTERVAL '1 month' AS DATE)
        ELSE CAST(w.start_date - INTERVAL '1 day' AS DATE)
    END AS start_prev,
    COALESCE(a.ads_days, 0) AS days_covered_ads, COALESCE(s.sales_days, 0) AS days_covered_sales,
    COALESCE(a.ads_complete, FALSE) AS ads_complete, COALESCE(a.ads_mature, FALSE) AS ads_mature,
    s.sales_source AS sales_source, a.spend AS spend, a.ad_sales AS ad_sales, a.ad_orders AS ad_orders,
    a.clicks AS clicks, a.impressions AS impressions, s.sales_total AS sales_total, s.units_total AS units_total,
    s.sessions AS sessions, s.page_views AS page_views, s.units_refunded AS units_refunded,
    LEAST(COALESCE(a.observed_at, s.observed_at), COALESCE(s.observed_at, a.observed_at)) AS observed_at
FROM place AS w
INNER JOIN calendar AS d ON w.start_date = d.date
LEFT JOIN periods AS p ON w.kind = p.kind AND w.start_date = p.start_date
LEFT JOIN ads AS a
    ON w.kind = a.kind AND w.start_date = a.start_date AND w.account = a.account AND w.marketplace = a.marketplace
    AND w.currency = a.currency
LEFT JOIN sold AS s
    ON w.kind = s.kind AND w.start_date = s.start_date AND w.account = s.account AND w.marketplace = s.marketplace
    AND w.currency = s.currency
