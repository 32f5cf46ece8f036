-- All advertising of an account together, beside all that it sold. A period is complete when each kind of ad that has
-- rows is known on all its days and none that the period before had is missing.
WITH summed AS (
    SELECT
        kind, start_date, account, marketplace, currency, MIN(start_prev) AS start_prev,
        MAX(days_expected) AS days_expected, MIN(days_covered) AS days_covered, MIN(days_mature) AS days_mature,
        MIN(CASE WHEN complete THEN 1 ELSE 0 END) = 1 AS all_complete,
        MIN(CASE WHEN mature THEN 1 ELSE 0 END) = 1 AS mature, COUNT(DISTINCT ad_product) AS ad_products,
        COUNT(DISTINCT campaign) AS n_campaigns,
        CASE WHEN MIN(source_kind) = MAX(source_kind) THEN MIN(source_kind) ELSE 'mixed' END AS source_kind,
        CASE WHEN MIN(family) = MAX(family) THEN MIN(family) ELSE 'mixed' END AS family,
        MAX(attribution_days) AS attribution_days, SUM(impressions) AS impressions, SUM(clicks) AS clicks,
        SUM(spend) AS spend, SUM(orders) AS orders, SUM(units) AS units, SUM(sales) AS sales,
        MIN(observed_at) AS observed_at
    FROM ads_campaign_period
    GROUP BY kind, start_date, account, marketplace, currency
),
gone AS (
    SELECT
        p.kind AS kind, p.start_next AS start_date, p.account AS account, p.marketplace AS marketplace,
        COUNT(*) AS ad_products_missing
    FROM ads_coverage AS p
    LEFT JOIN ads_coverage AS c
        ON p.kind = c.kind AND p.start_next = c.start_date AND p.account = c.account
        AND p.marketplace = c.marketplace AND p.ad_product = c.ad_product
    WHERE c.kind IS NULL
    GROUP BY p.kind, p.start_next, p.account, p.marketplace
),
dated_tax AS (
    SELECT
        p.kind AS kind, p.start_date AS start_date, x.marketplace AS marketplace, x.rate AS rate,
        ROW_NUMBER() OVER (
            PARTITION BY p.kind, p.start_date, x.marketplace
            ORDER BY COALESCE(x.valid_from, DATE '1900-01-01') DESC NULLS LAST
        ) AS nth
    FROM taxes AS x
    CROSS JOIN periods AS p
    WHERE COALESCE(x.valid_from, DATE '1900-01-01') <= p.start_date
),
tax AS (
    SELECT kind, start_date, marketplace, rate FROM dated_tax WHERE nth = 1
)
SELECT
    s.kind AS kind, s.start_date AS start_date, s.start_prev AS start_prev, s.account AS account,
    s.marketplace AS marketplace, s.currency AS currency, s.ad_products AS ad_products,
    COALESCE(g.ad_products_missing, 0) AS ad_products_missing, s.source_kind AS source_kind, s.family AS family,
    s.days_expected AS days_expected, s.days_covered AS days_covered, s.days_mature AS days_mature,
    s.all_complete AND g.ad_products_missing IS NULL AS complete, s.mature AS mature,
    s.attribution_days AS attribution_days, s.n_campaigns AS n_campaigns, s.impressions AS impressions,
    s.clicks AS clicks, s.spend AS spend, s.orders AS orders, s.units AS units, s.sales AS sales,
    CAST(s.clicks AS DOUBLE) / NULLIF(CAST(s.impressions AS DOUBLE), 0) AS ctr,
    CAST(s.spend AS DOUBLE) / NULLIF(CAST(s.clicks AS DOUBLE), 0) AS cpc,
    CAST(s.orders AS DOUBLE) / NULLIF(CAST(s.clicks AS DOUBLE), 0) AS cvr,
    CAST(s.spend AS DOUBLE) / NULLIF(CAST(s.sales AS DOUBLE), 0) AS acos,
    CAST(s.sales AS DOUBLE) / NULLIF(CAST(s.spend AS DOUBLE), 0) AS roas, t.sales_total AS sales_total,
    t.units_total AS units_total, COALESCE(t.n_days, 0) AS sales_total_days, t.source AS sales_total_source,
    COALESCE(t.n_days = s.days_covered AND t.n_days = s.days_expected, FALSE) AS sales_total_comparable,
    CASE
        WHEN t.n_days = s.days_covered AND t.n_days = s.days_expected
            THEN CAST(s.spend AS DOUBLE) / NULLIF(CAST(t.sales_total AS DOUBLE), 0)
    END AS tacos,
    x.rate AS tax_rate,
    CASE
        WHEN t.n_days = s.days_covered AND t.n_days = s.days_expected
            THEN CAST(s.spend AS DOUBLE) * (1 + CAST(x.rate AS DOUBLE)) / NULLIF(CAST(t.sales_total AS DOUBLE), 0)
    END AS tacos_net,
    CASE
        WHEN t.n_days = s.days_covered AND t.n_days = s.days_expected
            THEN CAST(s.sales AS DOUBLE) / NULLIF(CAST(t.sales_total AS DOUBLE), 0)
    END AS ad_sales_share,
    s.observed_at AS observed_at
FROM summed AS s
LEFT JOIN gone AS g
    ON s.kind = g.kind AND s.start_date = g.start_date AND s.account = g.account AND s.marketplace = g.marketplace
LEFT JOIN sales_period AS t
    ON s.kind = t.kind AND s.start_date = t.start_date AND s.account = t.account AND s.marketplace = t.marketplace
    AND s.currency = t.currency
LEFT JOIN tax AS x ON s.kind = x.kind AND s.start_date = x.start_date AND s.marketplace = x.marketplace
