-- Where search terms of a product come from: proved by an attributed order, ranked for, ranked for by competitors only,
-- bought through (search query performance), or written down by the team. One row a source.
WITH advertised AS (
    SELECT
        t.account AS account, t.marketplace AS marketplace, g.product AS product, LOWER(TRIM(t.search_term)) AS term,
        t.clicks AS clicks, t.orders AS orders, t.units AS units, t.spend AS spend, t.sales AS sales,
        t.currency AS currency, t.date AS date
    FROM search_term_day AS t
    INNER JOIN ad_group_product AS g
        ON t.account = g.account AND t.marketplace = g.marketplace AND t.campaign = g.campaign
        AND t.ad_group_key = g.ad_group
    WHERE g.product IS NOT NULL
),
sold AS (
    SELECT
        account, marketplace, product, term, SUM(clicks) AS clicks, SUM(orders) AS orders, SUM(units) AS units,
        SUM(spend) AS spend, SUM(sales) AS sales, MIN(currency) AS currency, MIN(date) AS first_day,
        MAX(date) AS last_day
    FROM advertised
    GROUP BY account, marketplace, product, term
    HAVING SUM(orders) > 0
),
last_week AS (
    SELECT marketplace, MAX(week_start) AS week_start FROM keyword_week GROUP BY marketplace
),
ranked AS (
    SELECT
        o.account AS account, o.marketplace AS marketplace, o.product AS product, o.keyword AS term,
        o.own_rank AS own_rank
    FROM keyword_own AS o
    INNER JOIN last_week AS w ON o.marketplace = w.marketplace AND o.week_start = w.week_start
    INNER JOIN keyword_rules AS t ON o.marketplace = t.marketplace
    WHERE o.own_rank <= t.gap_rank_max
),
missed AS (
    SELECT
        g.account AS account, g.marketplace AS marketplace, g.product AS product, g.keyword AS term,
        g.best_rival_rank AS best_rival_rank
    FROM keyword_gap AS g
    INNER JOIN last_week AS w ON g.marketplace = w.marketplace AND g.week_start = w.week_start
    WHERE g.is_gap
),
bought AS (
    SELECT account, marketplace, product, search_query AS term, SUM(purchases_own) AS purchases
    FROM sqp_share
    WHERE product IS NOT NULL AND purchases_own > 0
    GROUP BY account, marketplace, product, search_query
),
own_product AS (
    SELECT DISTINCT account, marketplace, product FROM products WHERE product IS NOT NULL
),
written AS (
    SELECT DISTINCT
        p.account AS account, s.marketplace AS marketplace, s.product AS product, LOWER(TRIM(s.term)) AS term
    FROM search_terms AS s
    INNER JOIN own_product AS p ON s.marketplace = p.marketplace AND s.product = p.product
    WHERE TRIM(s.term) <> ''
)
SELECT
    account, marketplace, product, term, 'order' AS source, clicks, orders, units, spend, sales, currency, first_day,
    last_day, CAST(NULL AS BIGINT) AS own_rank, CAST(NULL AS BIGINT) AS best_rival_rank,
    CAST(NULL AS BIGINT) AS purchases
FROM sold
UNION ALL
SELECT
    account, marketplace, product, term, 'rank' AS source, CAST(NULL AS BIGINT) AS clicks,
    CAST(NULL AS BIGINT) AS orders, CAST(NULL AS BIGINT) AS units, CAST(NULL AS DECIMAL(18, 4)) AS spend,
    CAST(NULL AS DECIMAL(18, 4)) AS sales, CAST(NULL AS VARCHAR) AS currency, CAST(NULL AS DATE) AS first_day,
    CAST(NULL AS DATE) AS last_day, own_rank, CAST(NULL AS BIGINT) AS best_rival_rank,
    CAST(NULL AS BIGINT) AS purchases
FROM ranked
UNION ALL
SELECT
    account, marketplace, product, term, 'gap' AS source, CAST(NULL AS BIGINT) AS clicks,
    CAST(NULL AS BIGINT) AS orders, CAST(NULL AS BIGINT) AS units, CAST(NULL AS DECIMAL(18, 4)) AS spend,
    CAST(NULL AS DECIMAL(18, 4)) AS sales, CAST(NULL AS VARCHAR) AS currency, CAST(NULL AS DATE) AS first_day,
    CAST(NULL AS DATE) AS last_day, CAST(NULL AS BIGINT) AS own_rank, best_rival_rank,
    CAST(NULL AS BIGINT) AS purchases
FROM missed
UNION ALL
SELECT
    account, marketplace, product, term, 'query' AS source, CAST(NULL AS BIGINT) AS clicks,
    CAST(NULL AS BIGINT) AS orders, CAST(NULL AS BIGINT) AS units, CAST(NULL AS DECIMAL(18, 4)) AS spend,
    CAST(NULL AS DECIMAL(18, 4)) AS sales, CAST(NULL AS VARCHAR) AS currency, CAST(NULL AS DATE) AS first_day,
    CAST(NULL AS DATE) AS last_day, CAST(NULL AS BIGINT) AS own_rank, CAST(NULL AS BIGINT) AS best_rival_rank, purchases
FROM bought
UNION ALL
SELECT
    account, marketplace, product, term, 'team' AS source, CAST(NULL AS BIGINT) AS clicks,
    CAST(NULL AS BIGINT) AS orders, CAST(NULL AS BIGINT) AS units, CAST(NULL AS DECIMAL(18, 4)) AS spend,
    CAST(NULL AS DECIMAL(18, 4)) AS sales, CAST(NULL AS VARCHAR) AS currency, CAST(NULL AS DATE) AS first_day,
    CAST(NULL AS DATE) AS last_day, CAST(NULL AS BIGINT) AS own_rank, CAST(NULL AS BIGINT) AS best_rival_rank,
    CAST(NULL AS BIGINT) AS purchases
FROM written
