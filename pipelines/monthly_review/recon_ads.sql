-- One money seen at several grains must be one sum: campaigns against placements, targets, products, search terms and
-- the account, on the days that both know. Reports of one range are held against each other alike.
WITH line AS (
    SELECT 'campaign' AS grain, account, marketplace, ad_product, currency, date AS first_date, date AS last_date,
        impressions, clicks, spend, sales, orders
    FROM ads_campaign
    UNION ALL
    SELECT 'campaign' AS grain, account, marketplace, ad_product, currency, period_start AS first_date,
        period_end AS last_date, impressions, clicks, spend, sales, orders
    FROM ads_campaign_range
    WHERE period_certain
    UNION ALL
    SELECT 'placement' AS grain, account, marketplace, ad_product, currency, date AS first_date, date AS last_date,
        impressions, clicks, spend, sales, orders
    FROM ads_placement
    UNION ALL
    SELECT 'placement' AS grain, account, marketplace, ad_product, currency, period_start AS first_date,
        period_end AS last_date, impressions, clicks, spend, sales, orders
    FROM ads_placement_range
    WHERE period_certain
    UNION ALL
    SELECT 'targeting' AS grain, account, marketplace, ad_product, currency, date AS first_date, date AS last_date,
        impressions, clicks, spend, sales, orders
    FROM ads_targeting
    UNION ALL
    SELECT 'targeting' AS grain, account, marketplace, ad_product, currency, period_start AS first_date,
        period_end AS last_date, impressions, clicks, spend, sales, orders
    FROM ads_targeting_range
    WHERE period_certain
    UNION ALL
    SELECT 'product' AS grain, account, marketplace, ad_product, currency, date AS first_date, date AS last_date,
        impressions, clicks, spend, sales, orders
    FROM ads_product
    UNION ALL
    SELECT 'product' AS grain, account, marketplace, ad_product, currency, period_start AS first_date,
        period_end AS last_date, impressions, clicks, spend, sales, orders
    FROM ads_product_range
    WHERE period_certain
    UNION ALL
    SELECT 'search_term' AS grain, account, marketplace, ad_product, currency, date AS first_date, date AS last_date,
        CAST(NULL AS BIGINT) AS impressions, clicks, spend, sales, orders
    FROM ads_search_term
    UNION ALL
    SELECT 'search_term' AS grain, account, marketplace, ad_product, currency, period_start AS first_date,
        period_end AS last_date, CAST(NULL AS BIGINT) AS impressions, clicks, spend, sales, orders
    FROM ads_search_term_range
    WHERE period_certain
    UNION ALL
    SELECT 'account' AS grain, account, marketplace, ad_product, currency, date AS first_date, date AS last_date,
        CAST(NULL AS BIGINT) AS impressions, clicks, spend, CAST(NULL AS DECIMAL(18, 4)) AS sales,
        CAST(NULL AS BIGINT) AS orders
    FROM ads_account
),
summed AS (
    SELECT
        grain, account, marketplace, ad_product, currency, first_date, last_date, SUM(impressions) AS impressions,
        SUM(clicks) AS clicks, SUM(spend) AS spend, SUM(sales) AS sales, SUM(orders) AS orders
    FROM line
    GROUP BY grain, account, marketplace, ad_product, currency, first_date, last_date
),
paired AS (
    SELECT
        d.month AS month, f.account AS account, f.marketplace AS marketplace, f.ad_product AS ad_product,
        f.grain AS grain, c.impressions AS impressions_l, f.impressions AS impressions_r, c.clicks AS clicks_l,
        f.clicks AS clicks_r, c.spend AS spend_l, f.spend AS spend_r, c.sales AS sales_l, f.sales AS sales_r,
        c.orders AS orders_l, f.orders AS orders_r
    FROM summed AS c
    INNER JOIN summed AS f
        ON c.account = f.account AND c.marketplace = f.marketplace AND c.ad_product = f.ad_product
        AND c.currency = f.currency AND c.first_date = f.first_date AND c.last_date = f.last_date
    INNER JOIN calendar AS d ON c.first_date = d.date
    WHERE c.grain = 'campaign' AND f.grain <> 'campaign'
)
SELECT
    month, account, marketplace, ad_product, grain, COUNT(*) AS n_periods, SUM(impressions_l) AS impressions_left,
    SUM(impressions_r) AS impressions_right, SUM(clicks_l) AS clicks_left, SUM(clicks_r) AS clicks_right,
    SUM(spend_l) AS spend_left, SUM(spend_r) AS spend_right, SUM(sales_l) AS sales_left, SUM(sales_r) AS sales_right,
    SUM(orders_l) AS orders_left, SUM(orders_r) AS orders_right
FROM paired
GROUP BY month, account, marketplace, ad_product, grain
