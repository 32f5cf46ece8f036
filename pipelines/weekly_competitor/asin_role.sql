-- What an ASIN is to us in a week: own, a competitor, or (no row here) not mapped. One row per ASIN; a competitor of
-- several products shows the first of them and how many there are.
WITH ranked AS (
    SELECT
        week_start, marketplace, asin, account, product, role, is_own, owner,
        ROW_NUMBER() OVER (
            PARTITION BY week_start, marketplace, asin
            ORDER BY CASE WHEN is_own THEN 0 ELSE 1 END, COALESCE(slot, 99), product, COALESCE(account, '')
        ) AS nth
    FROM competitor_bridge
),
counted AS (
    SELECT week_start, marketplace, asin, COUNT(DISTINCT product) AS n_products
    FROM competitor_bridge
    GROUP BY week_start, marketplace, asin
)
SELECT
    r.week_start AS week_start, r.marketplace AS marketplace, r.asin AS asin, r.account AS product_account,
    r.product AS product, CASE WHEN r.is_own THEN 'own' ELSE 'competitor' END AS role,
    CASE WHEN r.is_own THEN NULL ELSE r.role END AS competitor_role, r.owner AS owner, c.n_products AS n_products
FROM ranked AS r
INNER JOIN counted AS c ON r.week_start = c.week_start AND r.marketplace = c.marketplace AND r.asin = c.asin
WHERE r.nth = 1
