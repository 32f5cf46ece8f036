-- Advertising by month, beside the month before and the same month a year before. A movement is given only between
-- two complete months of one currency; a target is judged only on a complete and mature month, since sales still come.
SELECT
    c.month AS month, c.account AS account, c.marketplace AS marketplace, c.ad_product AS ad_product,
    c.source_kind AS source_kind, c.family AS family, c.currency AS currency, c.days_expected AS days_expected,
    c.days_covered AS days_covered, c.days_mature AS days_mature, c.complete AS complete, c.mature AS mature,
    c.attribution_days AS attribution_days, c.n_campaigns AS n_campaigns, c.impressions AS impressions,
    c.clicks AS clicks, c.spend AS spend, c.orders AS orders, c.units AS units, c.sales AS sales, c.ctr AS ctr,
    c.cpc AS cpc, c.cvr AS cvr, c.acos AS acos, c.roas AS roas,
    COALESCE(c.spend > 0 AND c.sales = 0, FALSE) AS spend_no_sales,
    r.target_acos AS target_acos, c.acos - r.target_acos AS acos_over_target,
    CASE WHEN c.complete AND c.mature THEN c.acos <= r.target_acos END AS on_target,
    p.days_covered AS days_covered_prev_month, p.spend AS spend_prev_month, p.sales AS sales_prev_month,
    p.clicks AS clicks_prev_month, p.orders AS orders_prev_month, p.acos AS acos_prev_month,
    CASE WHEN c.complete AND p.complete AND c.currency = p.currency THEN c.acos - p.acos END AS acos_mom,
    CASE
        WHEN c.complete AND p.complete AND c.currency = p.currency
            THEN CAST(c.spend AS DOUBLE) / NULLIF(CAST(p.spend AS DOUBLE), 0) - 1
    END AS spend_mom,
    CASE
        WHEN c.complete AND p.complete AND c.currency = p.currency
            THEN CAST(c.sales AS DOUBLE) / NULLIF(CAST(p.sales AS DOUBLE), 0) - 1
    END AS sales_mom,
    CASE
        WHEN c.complete AND p.complete AND c.currency = p.currency
            THEN CAST(c.clicks AS DOUBLE) / NULLIF(CAST(p.clicks AS DOUBLE), 0) - 1
    END AS clicks_mom,
    CASE
        WHEN c.complete AND p.complete AND c.currency = p.currency
            THEN CAST(c.orders AS DOUBLE) / NULLIF(CAST(p.orders AS DOUBLE), 0) - 1
    END AS orders_mom,
    y.days_covered AS days_covered_prev_year, y.spend AS spend_prev_year, y.sales AS sales_prev_year,
    y.clicks AS clicks_prev_year, y.orders AS orders_prev_year, y.acos AS acos_prev_year,
    CASE WHEN c.complete AND y.complete AND c.currency = y.currency THEN c.acos - y.acos END AS acos_yoy,
    CASE
        WHEN c.complete AND y.complete AND c.currency = y.currency
            THEN CAST(c.spend AS DOUBLE) / NULLIF(CAST(y.spend AS DOUBLE), 0) - 1
    END AS spend_yoy,
    CASE
        WHEN c.complete AND y.complete AND c.currency = y.currency
            THEN CAST(c.sales AS DOUBLE) / NULLIF(CAST(y.sales AS DOUBLE), 0) - 1
    END AS sales_yoy,
    CASE
        WHEN c.complete AND y.complete AND c.currency = y.currency
            THEN CAST(c.clicks AS DOUBLE) / NULLIF(CAST(y.clicks AS DOUBLE), 0) - 1
    END AS clicks_yoy,
    CASE
        WHEN c.complete AND y.complete AND c.currency = y.currency
            THEN CAST(c.orders AS DOUBLE) / NULLIF(CAST(y.orders AS DOUBLE), 0) - 1
    END AS orders_yoy,
    c.observed_at AS observed_at
FROM ads_month AS c
LEFT JOIN ads_month AS p
    ON c.month_before = p.month AND c.account = p.account AND c.marketplace = p.marketplace
    AND c.ad_product = p.ad_product AND c.currency = p.currency
LEFT JOIN ads_month AS y
    ON c.year_before = y.month AND c.account = y.account AND c.marketplace = y.marketplace
    AND c.ad_product = y.ad_product AND c.currency = y.currency
LEFT JOIN monthly_rules AS r ON c.marketplace = r.marketplace
