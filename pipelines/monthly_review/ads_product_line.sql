-- Advertised products by week and month: summed days, and for a month of which no day is known the certain report of
-- the whole month. `unit` is the day, or 0 for a whole month.
WITH dated AS (
    SELECT
        account, marketplace, ad_product, advertised_sku AS sku, advertised_asin AS asin, currency, family, impressions,
        clicks, spend, orders, units, sales, sales_same_sku, sales_other_sku, observed_at, date AS first_date,
        date AS last_date, TRUE AS is_day, CAST(observed_at AS DATE) AS observed_date,
        COALESCE(attribution_days, CASE WHEN ad_product = 'SP' THEN 7 ELSE 14 END) AS window_days
    FROM ads_product
    UNION ALL
    SELECT
        account, marketplace, ad_product, advertised_sku AS sku, advertised_asin AS asin, currency, family, impressions,
        clicks, spend, orders, units, sales, sales_same_sku, sales_other_sku, observed_at, period_start AS first_date,
        period_end AS last_date, FALSE AS is_day, CAST(observed_at AS DATE) AS observed_date,
        COALESCE(attribution_days, CASE WHEN ad_product = 'SP' THEN 7 ELSE 14 END) AS window_days
    FROM ads_product_range
    WHERE period_certain
),
placed AS (
    SELECT
        t.account AS account, t.marketplace AS marketplace,
        -- A custom report need not tell it.
        COALESCE(t.ad_product, 'unknown') AS ad_product, t.sku AS sku, t.asin AS asin,
        t.currency AS currency, t.family AS family, t.impressions AS impressions, t.clicks AS clicks,
        t.spend AS spend, t.orders AS orders, t.units AS units, t.sales AS sales, t.sales_same_sku AS sales_same_sku,
        -- What is told of one side tells the other.
        COALESCE(t.sales_other_sku, t.sales - t.sales_same_sku) AS sales_other_sku, t.observed_at AS observed_at,
        t.is_day AS is_day, t.window_days AS window_days, b.month AS month, b.week_start AS week_start,
        e.day_number - b.day_number + 1 AS n_days, CASE WHEN t.is_day THEN b.day_number ELSE 0 END AS unit,
        COALESCE(o.day_number, 2932896) >= e.day_number + t.window_days + COALESCE(r.attribution_wait_days, 0)
            AS is_mature
    FROM dated AS t
    INNER JOIN calendar AS b ON t.first_date = b.date
    INNER JOIN calendar AS e ON t.last_date = e.date
    LEFT JOIN calendar AS o ON t.observed_date = o.date
    LEFT JOIN monthly_rules AS r ON t.marketplace = r.marketplace
    WHERE t.is_day OR (t.first_date = b.month AND t.last_date = b.month_end)
),
day_month AS (
    SELECT DISTINCT month, account, marketplace, ad_product FROM placed WHERE is_day
),
chosen AS (
    SELECT
        'month' AS kind, p.month AS start_date, p.account AS account, p.marketplace AS marketplace,
        p.ad_product AS ad_product, p.sku AS sku, p.asin AS asin, p.currency AS currency, p.family AS family,
        p.impressions AS impressions, p.clicks AS clicks, p.spend AS spend, p.orders AS orders, p.units AS units,
        p.sales AS sales, p.sales_same_sku AS sales_same_sku, p.sales_other_sku AS sales_other_sku,
        p.observed_at AS observed_at, p.window_days AS window_days, p.n_days AS n_days, p.unit AS unit,
        p.is_mature AS is_mature
    FROM placed AS p
    LEFT JOIN day_month AS d
        ON p.month = d.month AND p.account = d.account AND p.marketplace = d.marketplace
        AND p.ad_product = d.ad_product
    WHERE p.is_day OR d.month IS NULL
    UNION ALL
    SELECT
        'week' AS kind, week_start AS start_date, account, marketplace, ad_product, sku, asin, currency, family,
        impressions, clicks, spend, orders, units, sales, sales_same_sku, sales_other_sku, observed_at, window_days,
        n_days, unit, is_mature
    FROM placed
    WHERE is_day
)
SELECT
    kind, start_date, account, marketplace, ad_product, sku, asin, currency, unit, MAX(n_days) AS n_days,
    CASE WHEN MIN(CASE WHEN is_mature THEN 1 ELSE 0 END) = 1 THEN MAX(n_days) ELSE 0 END AS n_mature,
    MIN(family) AS family_first, MAX(family) AS family_last, MAX(window_days) AS attribution_days,
    SUM(impressions) AS impressions, SUM(clicks) AS clicks, SUM(spend) AS spend, SUM(orders) AS orders,
    SUM(units) AS units, SUM(sales) AS sales, SUM(sales_same_sku) AS sales_same_sku,
    SUM(sales_other_sku) AS sales_other_sku, MIN(observed_at) AS observed_at
FROM chosen
GROUP BY kind, start_date, account, marketplace, ad_product, sku, asin, currency, unit
