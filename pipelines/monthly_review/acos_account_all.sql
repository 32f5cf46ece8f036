-- All advertising of an account beside the period before and its target.
SELECT
    c.kind AS kind, c.start_date AS start_date, c.account AS account, c.marketplace AS marketplace,
    c.currency AS currency, c.ad_products AS ad_products, c.ad_products_missing AS ad_products_missing,
    c.source_kind AS source_kind, c.family AS family, c.days_expected AS days_expected,
    c.days_covered AS days_covered, c.days_mature AS days_mature, c.complete AS complete, c.mature AS mature,
    c.attribution_days AS attribution_days, c.n_campaigns AS n_campaigns, c.impressions AS impressions,
    c.clicks AS clicks, c.spend AS spend, c.orders AS orders, c.units AS units, c.sales AS sales, c.ctr AS ctr,
    c.cpc AS cpc, c.cvr AS cvr, c.acos AS acos, c.roas AS roas,
    COALESCE(c.spend > 0 AND c.sales = 0, FALSE) AS spend_no_sales, r.target_acos AS target_acos,
    c.acos - r.target_acos AS acos_over_target,
    CASE WHEN c.complete AND c.mature THEN c.acos <= r.target_acos END AS on_target, c.sales_total AS sales_total,
    c.units_total AS units_total, c.sales_total_days AS sales_total_days, c.sales_total_source AS sales_total_source,
    c.sales_total_comparable AS sales_total_comparable, c.tacos AS tacos, c.tax_rate AS tax_rate,
    c.tacos_net AS tacos_net, c.ad_sales_share AS ad_sales_share, p.spend AS spend_prev, p.sales AS sales_prev,
    p.acos AS acos_prev, p.tacos AS tacos_prev,
    CASE WHEN c.complete AND p.complete THEN c.acos - p.acos END AS acos_delta,
    CASE WHEN c.complete AND p.complete THEN c.tacos - p.tacos END AS tacos_delta,
    CASE
        WHEN c.complete AND p.complete THEN CAST(c.spend AS DOUBLE) / NULLIF(CAST(p.spend AS DOUBLE), 0) - 1
    END AS spend_change,
    CASE
        WHEN c.complete AND p.complete THEN CAST(c.sales AS DOUBLE) / NULLIF(CAST(p.sales AS DOUBLE), 0) - 1
    END AS sales_change,
    c.observed_at AS observed_at
FROM acos_account_period AS c
LEFT JOIN acos_account_period AS p
    ON c.kind = p.kind AND c.start_prev = p.start_date AND c.account = p.account AND c.marketplace = p.marketplace
    AND c.currency = p.currency
LEFT JOIN monthly_rules AS r ON c.marketplace = r.marketplace
