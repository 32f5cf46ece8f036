-- One figure per month: day rows where there are any, else the report of the whole month.
WITH day_month AS (
    SELECT DISTINCT month, account, marketplace, ad_product FROM ads_month_of_days
),
chosen AS (
    SELECT
        month, account, marketplace, ad_product, currency, source_kind, family, days_covered, days_mature,
        n_campaigns, impressions, clicks, spend, orders, units, sales, attribution_days, observed_at
    FROM ads_month_of_days
    UNION ALL
    SELECT
        r.month AS month, r.account AS account, r.marketplace AS marketplace, r.ad_product AS ad_product,
        r.currency AS currency, r.source_kind AS source_kind, r.family AS family, r.days_covered AS days_covered,
        r.days_mature AS days_mature, r.n_campaigns AS n_campaigns, r.impressions AS impressions,
        r.clicks AS clicks, r.spend AS spend, r.orders AS orders, r.units AS units, r.sales AS sales,
        r.attribution_days AS attribution_days, r.observed_at AS observed_at
    FROM ads_month_of_ranges AS r
    LEFT JOIN day_month AS d
        ON r.month = d.month AND r.account = d.account AND r.marketplace = d.marketplace AND r.ad_product = d.ad_product
    WHERE d.month IS NULL
)
SELECT
    c.month AS month, c.account AS account, c.marketplace AS marketplace, c.ad_product AS ad_product,
    c.currency AS currency, c.source_kind AS source_kind, c.family AS family, c.days_covered AS days_covered,
    c.days_mature AS days_mature, c.n_campaigns AS n_campaigns, c.impressions AS impressions, c.clicks AS clicks,
    c.spend AS spend, c.orders AS orders, c.units AS units, c.sales AS sales,
    c.attribution_days AS attribution_days, c.observed_at AS observed_at,
    e.day_number - b.day_number + 1 AS days_expected,
    c.days_covered >= e.day_number - b.day_number + 1 AS complete,
    c.days_mature >= c.days_covered AS mature,
    CAST(c.month - INTERVAL '1 month' AS DATE) AS month_before,
    CAST(c.month - INTERVAL '12 months' AS DATE) AS year_before,
    CAST(c.spend AS DOUBLE) / NULLIF(CAST(c.sales AS DOUBLE), 0) AS acos,
    CAST(c.sales AS DOUBLE) / NULLIF(CAST(c.spend AS DOUBLE), 0) AS roas,
    CAST(c.clicks AS DOUBLE) / NULLIF(CAST(c.impressions AS DOUBLE), 0) AS ctr,
    CAST(c.spend AS DOUBLE) / NULLIF(CAST(c.clicks AS DOUBLE), 0) AS cpc,
    CAST(c.orders AS DOUBLE) / NULLIF(CAST(c.clicks AS DOUBLE), 0) AS cvr
FROM chosen AS c
INNER JOIN calendar AS b ON c.month = b.date
INNER JOIN calendar AS e ON b.month_end = e.date
