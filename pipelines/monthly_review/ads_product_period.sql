-- Advertising by product: the rows of products, and one row for what the campaigns spent beyond them, so that a sum
-- over the table is what the campaigns say. A SKU is of the product that it stood for at the end of the period.
WITH keyed AS (
    SELECT DISTINCT
        l.kind AS kind, l.start_date AS start_date, l.account AS account, l.marketplace AS marketplace, l.sku AS sku,
        l.asin AS asin, p.end_date AS end_date
    FROM ads_product_line AS l
    INNER JOIN periods AS p ON l.kind = p.kind AND l.start_date = p.start_date
),
by_sku AS (
    SELECT
        k.kind AS kind, k.start_date AS start_date, k.account AS account, k.marketplace AS marketplace, k.sku AS sku,
        k.asin AS asin, s.product AS product, s.owner AS owner, s.target_acos AS target_acos
    FROM keyed AS k
    INNER JOIN product_span AS s
        ON k.account = s.account AND k.marketplace = s.marketplace AND k.sku = s.key AND k.end_date >= s.valid_from
        AND k.end_date < s.valid_until
    WHERE s.key_kind = 'sku'
),
by_asin AS (
    SELECT
        k.kind AS kind, k.start_date AS start_date, k.account AS account, k.marketplace AS marketplace,
        k.asin AS asin, MAX(s.product) AS product, MAX(s.owner) AS owner, MAX(s.target_acos) AS target_acos
    FROM keyed AS k
    INNER JOIN product_span AS s
        ON k.account = s.account AND k.marketplace = s.marketplace AND k.asin = s.key AND k.end_date >= s.valid_from
        AND k.end_date < s.valid_until
    WHERE s.key_kind = 'asin'
    GROUP BY k.kind, k.start_date, k.account, k.marketplace, k.asin
),
placed AS (
    SELECT
        l.kind AS kind, l.start_date AS start_date, l.account AS account, l.marketplace AS marketplace,
        l.ad_product AS ad_product, l.currency AS currency, l.sku AS sku,
        COALESCE(s.product, n.product, l.asin, l.sku, 'unknown') AS product,
        s.product IS NOT NULL OR n.product IS NOT NULL AS mapped, COALESCE(s.owner, n.owner) AS owner,
        COALESCE(s.target_acos, n.target_acos) AS own_target, l.family_first AS family_first,
        l.family_last AS family_last, l.attribution_days AS attribution_days, l.impressions AS impressions,
        l.clicks AS clicks, l.spend AS spend, l.orders AS orders, l.units AS units, l.sales AS sales,
        l.sales_same_sku AS sales_same_sku, l.sales_other_sku AS sales_other_sku, l.observed_at AS observed_at
    FROM ads_product_line AS l
    LEFT JOIN by_sku AS s
        ON l.kind = s.kind AND l.start_date = s.start_date AND l.account = s.account AND l.marketplace = s.marketplace
        AND l.sku = s.sku AND l.asin = s.asin
    LEFT JOIN by_asin AS n
        ON l.kind = n.kind AND l.start_date = n.start_date AND l.account = n.account AND l.marketplace = n.marketplace
        AND l.asin = n.asin
)
SELECT
    kind, start_date, account, marketplace, ad_product, currency, product, 'product' AS ad_row, mapped,
    MIN(owner) AS owner, MIN(own_target) AS own_target, COUNT(DISTINCT sku) AS n_skus,
    CASE WHEN MIN(family_first) = MAX(family_last) THEN MIN(family_first) ELSE 'mixed' END AS family,
    MAX(attribution_days) AS attribution_days, SUM(impressions) AS impressions, SUM(clicks) AS clicks,
    SUM(spend) AS spend, SUM(orders) AS orders, SUM(units) AS units, SUM(sales) AS sales,
    SUM(sales_same_sku) AS sales_same_sku, SUM(sales_other_sku) AS sales_other_sku, MIN(observed_at) AS observed_at
FROM placed
GROUP BY kind, start_date, account, marketplace, ad_product, currency, product, mapped
UNION ALL
SELECT
    kind, start_date, account, marketplace, ad_product, currency, 'unallocated' AS product, 'unallocated' AS ad_row,
    FALSE AS mapped, CAST(NULL AS VARCHAR) AS owner, CAST(NULL AS DOUBLE) AS own_target, 0 AS n_skus, family,
    attribution_days, impressions, clicks, spend, orders, units, sales, CAST(NULL AS DECIMAL(38, 4)) AS sales_same_sku,
    CAST(NULL AS DECIMAL(38, 4)) AS sales_other_sku, observed_at
FROM ads_rest
WHERE level = 'product' AND (spend <> 0 OR sales <> 0 OR clicks <> 0)
