-- How demand of a month or of promotion days differs. In a pool of several sites a factor of one site weighs by its
-- share of the sites.
WITH member AS (
    SELECT DISTINCT account, stock_pool, product, marketplace FROM restock_sku
),
size AS (
    SELECT account, stock_pool, product, COUNT(*) AS n_sites FROM member GROUP BY account, stock_pool, product
),
own_season AS (
    SELECT
        m.account AS account, m.stock_pool AS stock_pool, m.product AS product, m.marketplace AS marketplace,
        s.month_number AS month_number, s.factor AS factor, 1 AS exact
    FROM member AS m
    INNER JOIN season AS s ON m.marketplace = s.marketplace AND m.product = s.product
    UNION ALL
    SELECT
        m.account AS account, m.stock_pool AS stock_pool, m.product AS product, m.marketplace AS marketplace,
        s.month_number AS month_number, s.factor AS factor, 0 AS exact
    FROM member AS m
    INNER JOIN season AS s ON m.marketplace = s.marketplace
    WHERE s.product IS NULL OR TRIM(s.product) = ''
),
season_valid AS (
    -- A factor of the product goes before that of the whole site.
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY account, stock_pool, product, marketplace, month_number
            ORDER BY exact DESC NULLS LAST, factor DESC NULLS LAST
        ) AS nth
    FROM own_season
),
promoted AS (
    SELECT
        m.account AS account, m.stock_pool AS stock_pool, m.product AS product, p.start_date AS start_date,
        p.end_date AS end_date, COALESCE(p.expected_uplift, 1) AS factor
    FROM member AS m
    INNER JOIN promotions AS p ON m.marketplace = p.marketplace
    WHERE p.product IS NULL OR TRIM(p.product) = '' OR p.product = m.product
)
SELECT
    v.account AS account, v.stock_pool AS stock_pool, v.product AS product, v.month_number AS month_number,
    CAST(NULL AS DATE) AS start_date, CAST(NULL AS DATE) AS end_date,
    1 + SUM(v.factor - 1) / NULLIF(CAST(MAX(z.n_sites) AS DOUBLE), 0) AS factor
FROM season_valid AS v
INNER JOIN size AS z ON v.account = z.account AND v.stock_pool = z.stock_pool AND v.product = z.product
WHERE v.nth = 1
GROUP BY v.account, v.stock_pool, v.product, v.month_number
UNION ALL
SELECT
    p.account AS account, p.stock_pool AS stock_pool, p.product AS product, CAST(NULL AS BIGINT) AS month_number,
    p.start_date AS start_date, p.end_date AS end_date,
    1 + SUM(p.factor - 1) / NULLIF(CAST(MAX(z.n_sites) AS DOUBLE), 0) AS factor
FROM promoted AS p
INNER JOIN size AS z ON p.account = z.account AND p.stock_pool = z.stock_pool AND p.product = z.product
GROUP BY p.account, p.stock_pool, p.product, p.start_date, p.end_date
