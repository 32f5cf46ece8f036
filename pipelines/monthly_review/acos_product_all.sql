-- Products judged on complete and mature periods; the row of what no product bears is never judged.
WITH own_coverage AS (
    SELECT kind, start_date, account, marketplace, ad_product, unit, MAX(n_days) AS n_days, MIN(n_mature) AS n_mature
    FROM ads_product_line
    GROUP BY kind, start_date, account, marketplace, ad_product, unit
),
own AS (
    SELECT
        kind, start_date, account, marketplace, ad_product, SUM(n_days) AS days_own, SUM(n_mature) AS days_own_mature
    FROM own_coverage
    GROUP BY kind, start_date, account, marketplace, ad_product
),
joined AS (
    SELECT
        p.kind AS kind, p.start_date AS start_date, p.account AS account, p.marketplace AS marketplace,
        p.ad_product AS ad_product, p.currency AS currency, p.product AS product, p.ad_row AS ad_row,
        p.mapped AS mapped, p.owner AS owner, p.n_skus AS n_skus, p.family AS family,
        p.attribution_days AS attribution_days, p.impressions AS impressions, p.clicks AS clicks, p.spend AS spend,
        p.orders AS orders, p.units AS units, p.sales AS sales, p.sales_same_sku AS sales_same_sku,
        p.sales_other_sku AS sales_other_sku, p.observed_at AS observed_at, e.n_days AS days_expected,
        CASE WHEN p.ad_row = 'product' THEN COALESCE(o.days_own, 0) ELSE COALESCE(c.days_covered, 0) END
            AS days_covered,
        CASE WHEN p.ad_row = 'product' THEN COALESCE(o.days_own_mature, 0) ELSE COALESCE(c.days_mature, 0) END
            AS days_mature,
        COALESCE(p.own_target, r.target_acos) AS target_acos
    FROM ads_product_period AS p
    INNER JOIN periods AS e ON p.kind = e.kind AND p.start_date = e.start_date
    LEFT JOIN own AS o
        ON p.kind = o.kind AND p.start_date = o.start_date AND p.account = o.account AND p.marketplace = o.marketplace
        AND p.ad_product = o.ad_product
    LEFT JOIN ads_coverage AS c
        ON p.kind = c.kind AND p.start_date = c.start_date AND p.account = c.account AND p.marketplace = c.marketplace
        AND p.ad_product = c.ad_product
    LEFT JOIN monthly_rules AS r ON p.marketplace = r.marketplace
),
rated AS (
    SELECT
        *, days_covered >= days_expected AS complete, days_mature >= days_covered AS mature,
        CAST(spend AS DOUBLE) / NULLIF(CAST(sales AS DOUBLE), 0) AS ratio
    FROM joined
)
SELECT
    kind, start_date, account, marketplace, ad_product, product, ad_row, mapped, owner, n_skus, currency, family,
    days_expected, days_covered, days_mature, complete, mature, attribution_days, impressions, clicks, spend, orders,
    units, sales, sales_same_sku, sales_other_sku,
    CAST(clicks AS DOUBLE) / NULLIF(CAST(impressions AS DOUBLE), 0) AS ctr,
    CAST(spend AS DOUBLE) / NULLIF(CAST(clicks AS DOUBLE), 0) AS cpc,
    CAST(orders AS DOUBLE) / NULLIF(CAST(clicks AS DOUBLE), 0) AS cvr,
    CASE WHEN ad_row = 'product' THEN ratio END AS acos,
    CAST(sales AS DOUBLE) / NULLIF(CAST(spend AS DOUBLE), 0) AS roas,
    COALESCE(spend > 0 AND sales = 0, FALSE) AS spend_no_sales,
    CASE WHEN ad_row = 'product' THEN target_acos END AS target_acos,
    CASE WHEN ad_row = 'product' THEN ratio - target_acos END AS acos_over_target,
    CASE WHEN ad_row = 'product' AND complete AND mature THEN ratio <= target_acos END AS on_target, observed_at
FROM rated
