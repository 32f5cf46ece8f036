-- Whether the own offer holds the Buy Box: at the instant of a snapshot, by seller id; or over a week of page views.
WITH own_seller AS (
    SELECT DISTINCT seller_id FROM own_sellers
),
own_asin AS (
    SELECT account, marketplace, asin, MIN(product) AS product, MIN(owner) AS owner
    FROM own_now
    WHERE asin IS NOT NULL
    GROUP BY account, marketplace, asin
),
glimpse AS (
    SELECT
        o.account AS account, o.marketplace AS marketplace, o.product AS product, o.owner AS owner, p.asin AS asin,
        p.snapshot_date AS snapshot_date, p.buy_box_seller_id AS seller_id, p.buy_box_seller AS seller,
        CASE WHEN s.seller_id IS NOT NULL THEN 1 ELSE 0 END AS is_own
    FROM product_snapshot AS p
    INNER JOIN own_asin AS o ON p.marketplace = o.marketplace AND p.asin = o.asin
    LEFT JOIN own_seller AS s ON p.buy_box_seller_id = s.seller_id
    CROSS JOIN (SELECT COUNT(*) AS n_sellers FROM own_seller) AS k
    WHERE TRIM(p.buy_box_seller_id) <> '' AND k.n_sellers > 0
),
seen AS (
    SELECT
        account, marketplace, product, owner, asin, snapshot_date, MIN(seller_id) AS seller_id, MIN(seller) AS seller,
        MAX(is_own) AS is_own
    FROM glimpse
    GROUP BY account, marketplace, product, owner, asin, snapshot_date
),
by_product AS (
    SELECT
        account, marketplace, product, snapshot_date, MIN(owner) AS owner, COUNT(*) AS n_asins,
        SUM(1 - is_own) AS n_lost, MIN(CASE WHEN is_own = 0 THEN asin END) AS lost_asin,
        MIN(CASE WHEN is_own = 0 THEN COALESCE(seller, seller_id) END) AS lost_to
    FROM seen
    GROUP BY account, marketplace, product, snapshot_date
),
looked AS (
    -- A month says nothing about today; a week or a day does.
    SELECT
        t.account AS account, t.marketplace AS marketplace, o.product AS product, o.owner AS owner,
        t.period_end AS period_end, t.page_views AS page_views,
        t.buy_box_share * CAST(t.page_views AS DOUBLE) AS own_views
    FROM traffic_child AS t
    INNER JOIN own_asin AS o ON t.account = o.account AND t.marketplace = o.marketplace AND t.child_asin = o.asin
    INNER JOIN calendar AS b ON t.period_start = b.date
    INNER JOIN calendar AS e ON t.period_end = e.date
    WHERE t.period_certain AND t.buy_box_share IS NOT NULL AND t.page_views > 0 AND e.day_number - b.day_number < 7
),
viewed AS (
    SELECT
        account, marketplace, product, MIN(owner) AS owner, period_end, SUM(page_views) AS page_views,
        SUM(own_views) AS own_views
    FROM looked
    GROUP BY account, marketplace, product, period_end
),
shared AS (
    SELECT
        v.account AS account, v.marketplace AS marketplace, v.product AS product, v.owner AS owner,
        v.period_end AS period_end, v.own_views / NULLIF(CAST(v.page_views AS DOUBLE), 0) AS share,
        r.own_buy_box_min AS own_buy_box_min
    FROM viewed AS v
    INNER JOIN daily_rules AS r ON v.marketplace = r.marketplace
)
SELECT
    'buy_box' AS rule, account, marketplace, product AS subject, product, owner, snapshot_date AS checked_on,
    n_lost > 0 AS bad, 'red' AS level, CAST(n_lost AS DOUBLE) AS figure, CAST(0 AS DOUBLE) AS target,
    CAST(NULL AS DATE) AS since,
    CAST(n_asins AS VARCHAR) || ' 个 ASIN 中 ' || CAST(n_lost AS VARCHAR) || ' 个购物车不在本店：'
        || COALESCE(lost_asin || ' → ' || lost_to, '') AS evidence_zh,
    CAST(n_lost AS VARCHAR) || ' of ' || CAST(n_asins AS VARCHAR) || ' ASINs without the Buy Box: '
        || COALESCE(lost_asin || ' -> ' || lost_to, '') AS evidence
FROM by_product
UNION ALL
SELECT
    'buy_box' AS rule, account, marketplace, product AS subject, product, owner, period_end AS checked_on,
    share < own_buy_box_min AS bad, CASE WHEN share < 0.5 THEN 'red' ELSE 'yellow' END AS level, share AS figure,
    own_buy_box_min AS target, CAST(NULL AS DATE) AS since,
    '按浏览量购物车占比 ' || CAST(CAST(FLOOR(share * 100 + 0.5) AS BIGINT) AS VARCHAR) || '%' AS evidence_zh,
    'Buy Box on ' || CAST(CAST(FLOOR(share * 100 + 0.5) AS BIGINT) AS VARCHAR) || '% of page views' AS evidence
FROM shared
