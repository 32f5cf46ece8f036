-- Campaigns beside the period before. A target is judged only on a complete and mature period; a movement is given only
-- between two complete ones of one currency.
WITH total AS (
    SELECT kind, start_date, account, marketplace, ad_product, currency, SUM(spend) AS spend_all
    FROM ads_campaign_period
    GROUP BY kind, start_date, account, marketplace, ad_product, currency
)
SELECT
    c.kind AS kind, c.start_date AS start_date, c.account AS account, c.marketplace AS marketplace,
    c.ad_product AS ad_product, c.campaign AS campaign, c.campaign_id AS campaign_id, c.portfolio AS portfolio,
    c.currency AS currency, c.source_kind AS source_kind, c.family AS family, c.days_expected AS days_expected,
    c.days_covered AS days_covered, c.days_mature AS days_mature, c.days_active AS days_active,
    c.complete AS complete, c.mature AS mature, c.attribution_days AS attribution_days,
    c.impressions AS impressions, c.clicks AS clicks, c.spend AS spend, c.orders AS orders, c.units AS units,
    c.sales AS sales, c.ctr AS ctr, c.cpc AS cpc, c.cvr AS cvr, c.acos AS acos, c.roas AS roas,
    COALESCE(c.spend > 0 AND c.sales = 0, FALSE) AS spend_no_sales,
    CAST(c.spend AS DOUBLE) / NULLIF(CAST(t.spend_all AS DOUBLE), 0) AS spend_share,
    r.target_acos AS target_acos, c.acos - r.target_acos AS acos_over_target,
    CASE WHEN c.complete AND c.mature THEN c.acos <= r.target_acos END AS on_target,
    p.spend AS spend_prev, p.sales AS sales_prev, p.acos AS acos_prev,
    CASE WHEN c.complete AND p.complete THEN c.acos - p.acos END AS acos_delta,
    CASE
        WHEN c.complete AND p.complete THEN CAST(c.spend AS DOUBLE) / NULLIF(CAST(p.spend AS DOUBLE), 0) - 1
    END AS spend_change,
    CASE
        WHEN c.complete AND p.complete THEN CAST(c.sales AS DOUBLE) / NULLIF(CAST(p.sales AS DOUBLE), 0) - 1
    END AS sales_change,
    c.observed_at AS observed_at
FROM ads_campaign_period AS c
LEFT JOIN total AS t
    ON c.kind = t.kind AND c.start_date = t.start_date AND c.account = t.account AND c.marketplace = t.marketplace
    AND c.ad_product = t.ad_product AND c.currency = t.currency
LEFT JOIN ads_campaign_period AS p
    ON c.kind = p.kind AND c.start_prev = p.start_date AND c.account = p.account AND c.marketplace = p.marketplace
    AND c.ad_product = p.ad_product AND c.campaign = p.campaign AND c.currency = p.currency
LEFT JOIN monthly_rules AS r ON c.marketplace = r.marketplace
