-- One row per week or month, kind of ad, campaign and currency, with how much of the period is known.
WITH summed AS (
    SELECT
        kind, start_date, account, marketplace, ad_product, campaign, currency,
        MIN(source_kind) AS source_kind,
        CASE WHEN MIN(family_first) = MAX(family_last) THEN MIN(family_first) ELSE 'mixed' END AS family,
        MAX(campaign_id) AS campaign_id, MAX(portfolio) AS portfolio, MAX(attribution_days) AS attribution_days,
        SUM(n_days) AS days_active, SUM(impressions) AS impressions, SUM(clicks) AS clicks, SUM(spend) AS spend,
        SUM(orders) AS orders, SUM(units) AS units, SUM(sales) AS sales, MIN(observed_at) AS observed_at
    FROM ads_campaign_line
    GROUP BY kind, start_date, account, marketplace, ad_product, campaign, currency
)
SELECT
    s.kind AS kind, s.start_date AS start_date, s.account AS account, s.marketplace AS marketplace,
    s.ad_product AS ad_product, s.campaign AS campaign, s.currency AS currency, s.source_kind AS source_kind,
    s.family AS family, s.campaign_id AS campaign_id, s.portfolio AS portfolio, s.attribution_days AS attribution_days,
    s.days_active AS days_active, s.impressions AS impressions, s.clicks AS clicks, s.spend AS spend,
    s.orders AS orders, s.units AS units, s.sales AS sales, s.observed_at AS observed_at,
    c.days_expected AS days_expected, c.days_covered AS days_covered, c.days_mature AS days_mature,
    c.complete AS complete, c.mature AS mature, c.start_prev AS start_prev,
    CAST(s.spend AS DOUBLE) / NULLIF(CAST(s.sales AS DOUBLE), 0) AS acos,
    CAST(s.sales AS DOUBLE) / NULLIF(CAST(s.spend AS DOUBLE), 0) AS roas,
    CAST(s.clicks AS DOUBLE) / NULLIF(CAST(s.impressions AS DOUBLE), 0) AS ctr,
    CAST(s.spend AS DOUBLE) / NULLIF(CAST(s.clicks AS DOUBLE), 0) AS cpc,
    CAST(s.orders AS DOUBLE) / NULLIF(CAST(s.clicks AS DOUBLE), 0) AS cvr
FROM summed AS s
INNER JOIN ads_coverage AS c
    ON s.kind = c.kind AND s.start_date = c.start_date AND s.account = c.account AND s.marketplace = c.marketplace
    AND s.ad_product = c.ad_product
