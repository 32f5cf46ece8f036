-- Campaign days summed to months. A day is mature when it was observed at least its attribution days and a wait later.
WITH dated AS (
    SELECT
        *, CAST(observed_at AS DATE) AS observed_date,
        COALESCE(attribution_days, CASE WHEN ad_product = 'SP' THEN 7 ELSE 14 END) AS window_days
    FROM ads_campaign
),
placed AS (
    SELECT
        t.account AS account, t.marketplace AS marketplace,
        -- A custom report need not tell it.
        COALESCE(t.ad_product, 'unknown') AS ad_product, t.campaign AS campaign,
        t.currency AS currency, t.family AS family, t.impressions AS impressions, t.clicks AS clicks,
        t.spend AS spend, t.orders AS orders, t.units AS units, t.sales AS sales, t.window_days AS window_days,
        t.observed_at AS observed_at, d.month AS month, d.day_number AS day_number,
        -- A null day of observation lies beyond the calendar, a year after all data: late enough.
        CASE
            WHEN o.day_number < d.day_number + t.window_days + COALESCE(r.attribution_wait_days, 0) THEN d.day_number
        END AS immature_day
    FROM dated AS t
    INNER JOIN calendar AS d ON t.date = d.date
    LEFT JOIN calendar AS o ON t.observed_date = o.date
    LEFT JOIN monthly_rules AS r ON t.marketplace = r.marketplace
)
SELECT
    month, account, marketplace, ad_product, currency, 'day' AS source_kind,
    CASE WHEN MIN(family) = MAX(family) THEN MIN(family) ELSE 'mixed' END AS family,
    COUNT(DISTINCT day_number) AS days_covered,
    COUNT(DISTINCT day_number) - COUNT(DISTINCT immature_day) AS days_mature,
    COUNT(DISTINCT campaign) AS n_campaigns, SUM(impressions) AS impressions, SUM(clicks) AS clicks,
    SUM(spend) AS spend, SUM(orders) AS orders, SUM(units) AS units, SUM(sales) AS sales,
    MAX(window_days) AS attribution_days, MIN(observed_at) AS observed_at
FROM placed
GROUP BY month, account, marketplace, ad_product, currency
