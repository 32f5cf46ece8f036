-- Units ordered by product from the child-ASIN report of exactly one certain calendar month. An ASIN that is mapped to
-- no product stands for itself.
WITH by_asin AS (
    SELECT month, account, marketplace, key, product, owner FROM product_of_month WHERE key_kind = 'asin'
),
exact AS (
    SELECT
        t.account AS account, t.marketplace AS marketplace, d.month AS month, t.child_asin AS asin,
        t.units_ordered AS units_ordered, t.units_refunded AS units_refunded, t.family AS family,
        t.observed_at AS observed_at
    FROM traffic_child AS t
    INNER JOIN calendar AS d ON t.period_start = d.date
    WHERE t.period_certain AND t.period_start = d.month AND t.period_end = d.month_end
),
placed AS (
    SELECT
        e.month AS month, e.account AS account, e.marketplace AS marketplace, COALESCE(p.product, e.asin) AS product,
        p.product IS NOT NULL AS mapped, p.owner AS owner, e.asin AS asin, e.units_ordered AS units_ordered,
        e.units_refunded AS units_refunded, e.family AS family, e.observed_at AS observed_at
    FROM exact AS e
    LEFT JOIN by_asin AS p
        ON e.month = p.month AND e.account = p.account AND e.marketplace = p.marketplace AND e.asin = p.key
)
SELECT
    month, account, marketplace, product, mapped, MIN(owner) AS owner, COUNT(DISTINCT asin) AS n_asins,
    SUM(units_ordered) AS units_ordered, SUM(units_refunded) AS units_refunded,
    CASE WHEN MIN(family) = MAX(family) THEN MIN(family) ELSE 'mixed' END AS family, MIN(observed_at) AS observed_at
FROM placed
GROUP BY month, account, marketplace, product, mapped
