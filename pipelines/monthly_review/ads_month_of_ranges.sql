-- Campaign reports over a range, where the range is certain and exactly one calendar month. A range is never spread
-- over days and never added to them.
WITH dated AS (
    SELECT
        *, CAST(observed_at AS DATE) AS observed_date,
        COALESCE(attribution_days, CASE WHEN ad_product = 'SP' THEN 7 ELSE 14 END) AS window_days
    FROM ads_campaign_range
    WHERE period_certain
),
placed AS (
    SELECT
        t.account AS account, t.marketplace AS marketplace,
        -- A custom report need not tell it.
        COALESCE(t.ad_product, 'unknown') AS ad_product, t.campaign AS campaign,
        t.currency AS currency, t.family AS family, t.impressions AS impressions, t.clicks AS clicks,
        t.spend AS spend, t.orders AS orders, t.units AS units, t.sales AS sales, t.window_days AS window_days,
        t.observed_at AS observed_at, b.month AS month, e.day_number - b.day_number + 1 AS n_days,
        -- A null day of observation lies beyond the calendar, a year after all data: late enough.
        CASE WHEN o.day_number < e.day_number + t.window_days + COALESCE(r.attribution_wait_days, 0) THEN 1 ELSE 0 END
            AS immature
    FROM dated AS t
    INNER JOIN calendar AS b ON t.period_start = b.date
    INNER JOIN calendar AS e ON t.period_end = e.date
    LEFT JOIN calendar AS o ON t.observed_date = o.date
    LEFT JOIN monthly_rules AS r ON t.marketplace = r.marketplace
    WHERE t.period_start = b.month AND t.period_end = b.month_end
)
SELECT
    month, account, marketplace, ad_product, currency, 'month_range' AS source_kind,
    CASE WHEN MIN(family) = MAX(family) THEN MIN(family) ELSE 'mixed' END AS family,
    MAX(n_days) AS days_covered, CASE WHEN MAX(immature) = 1 THEN 0 ELSE MAX(n_days) END AS days_mature,
    COUNT(DISTINCT campaign) AS n_campaigns, SUM(impressions) AS impressions, SUM(clicks) AS clicks,
    SUM(spend) AS spend, SUM(orders) AS orders, SUM(units) AS units, SUM(sales) AS sales,
    MAX(window_days) AS attribution_days, MIN(observed_at) AS observed_at
FROM placed
GROUP BY month, account, marketplace, ad_product, currency
