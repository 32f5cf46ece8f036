-- Every site by day, week and month in its own and in the base currency, with ratios and the period before. What may
-- not be compared, because one side covers other days, stays empty.
SELECT
    c.kind AS kind, c.start_date AS start_date, c.rate_month AS rate_month, c.account AS account, c.marketplace AS marketplace,
    c.currency AS currency, c.base_currency AS base_currency, c.rate AS rate, c.days_expected AS days_expected,
    LEAST(c.days_covered_ads, c.days_covered_sales) AS days_covered, c.days_covered_ads AS days_covered_ads,
    c.days_covered_sales AS days_covered_sales,
    c.ads_complete AND c.days_covered_sales >= c.days_expected AS complete, c.ads_mature AS mature,
    c.sales_source AS sales_source, c.impressions AS impressions, c.clicks AS clicks, c.ad_orders AS ad_orders,
    c.spend AS spend, c.ad_sales AS ad_sales,
    CAST(c.spend AS DOUBLE) / NULLIF(CAST(c.ad_sales AS DOUBLE), 0) AS acos, c.sales_total AS sales_total,
    c.units_total AS units_total, c.sessions AS sessions, c.page_views AS page_views,
    c.units_refunded AS units_refunded,
    CASE
        WHEN c.ads_complete AND c.days_covered_sales >= c.days_expected
            THEN CAST(c.spend AS DOUBLE) / NULLIF(CAST(c.sales_total AS DOUBLE), 0)
    END AS tacos,
    CASE
        WHEN c.ads_complete AND c.days_covered_sales >= c.days_expected
            THEN CAST(c.ad_sales AS DOUBLE) / NULLIF(CAST(c.sales_total AS DOUBLE), 0)
    END AS ad_sales_share,
    CAST(c.units_total AS DOUBLE) / NULLIF(CAST(c.sessions AS DOUBLE), 0) AS unit_session_rate,
    CAST(c.units_refunded AS DOUBLE) / NULLIF(CAST(c.units_total AS DOUBLE), 0) AS refund_rate, x.rate AS tax_rate,
    CAST(c.sales_total AS DOUBLE) / NULLIF(1 + CAST(x.rate AS DOUBLE), 0) AS sales_net,
    c.spend_base AS spend_base, c.ad_sales_base AS ad_sales_base, c.sales_total_base AS sales_total_base,
    p.spend AS spend_prev, p.ad_sales AS ad_sales_prev, p.sales_total AS sales_total_prev,
    p.units_total AS units_total_prev,
    CASE
        WHEN c.ads_complete AND p.ads_complete
            THEN CAST(c.spend AS DOUBLE) / NULLIF(CAST(p.spend AS DOUBLE), 0) - 1
    END AS spend_change,
    CASE
        WHEN c.days_covered_sales >= c.days_expected AND p.days_covered_sales >= p.days_expected
            THEN CAST(c.sales_total AS DOUBLE) / NULLIF(CAST(p.sales_total AS DOUBLE), 0) - 1
    END AS sales_total_change,
    c.observed_at AS observed_at
FROM site_converted AS c
LEFT JOIN site_converted AS p
    ON c.kind = p.kind AND c.start_prev = p.start_date AND c.account = p.account AND c.marketplace = p.marketplace
    AND c.currency = p.currency
LEFT JOIN tax_month AS x ON c.rate_month = x.month AND c.marketplace = x.marketplace
