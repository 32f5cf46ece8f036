-- The orders of a month by product, and what came back of them. Only months whose orders are known from the first to
-- the last day: order lists that begin before or on the first and end on or after the last.
WITH ordered AS (
    SELECT
        o.account AS account, o.marketplace AS marketplace, o.sku AS sku, o.asin AS asin, d.month AS month,
        d.month_end AS month_end, d.day_number AS day_number,
        CASE WHEN LOWER(COALESCE(o.order_status, '')) LIKE 'cancel%' THEN 0 ELSE COALESCE(o.quantity, 0) END AS quantity
    FROM order_item AS o
    INNER JOIN calendar AS d ON o.event_date = d.date
),
span AS (
    SELECT account, marketplace, MIN(day_number) AS first_day, MAX(day_number) AS last_day
    FROM ordered
    GROUP BY account, marketplace
),
whole AS (
    SELECT s.account AS account, s.marketplace AS marketplace, p.start_date AS month
    FROM span AS s
    CROSS JOIN periods AS p
    WHERE p.kind = 'month' AND s.first_day <= p.start_day AND s.last_day >= p.end_day
),
keyed AS (
    SELECT DISTINCT account, marketplace, month_end, 'sku' AS key_kind, sku AS key FROM ordered WHERE sku IS NOT NULL
),
mapped AS (
    SELECT
        k.account AS account, k.marketplace AS marketplace, k.month_end AS month_end, k.key AS key,
        s.product AS product
    FROM keyed AS k
    INNER JOIN product_span AS s
        ON k.account = s.account AND k.marketplace = s.marketplace AND k.key_kind = s.key_kind AND k.key = s.key
        AND k.month_end >= s.valid_from AND k.month_end < s.valid_until
),
sold AS (
    SELECT
        o.month AS month, o.account AS account, o.marketplace AS marketplace,
        COALESCE(m.product, o.asin, o.sku, 'unknown') AS product, SUM(o.quantity) AS units
    FROM ordered AS o
    LEFT JOIN mapped AS m
        ON o.account = m.account AND o.marketplace = m.marketplace AND o.month_end = m.month_end AND o.sku = m.key
    GROUP BY o.month, o.account, o.marketplace, COALESCE(m.product, o.asin, o.sku, 'unknown')
),
returned AS (
    SELECT order_month AS month, account, marketplace, product, SUM(quantity) AS units
    FROM return_line
    WHERE order_month IS NOT NULL
    GROUP BY order_month, account, marketplace, product
)
SELECT
    s.month AS month, s.account AS account, s.marketplace AS marketplace, s.product AS product,
    s.units AS units_ordered_cohort, COALESCE(r.units, 0) AS units_returned_cohort
FROM sold AS s
INNER JOIN whole AS w ON s.month = w.month AND s.account = w.account AND s.marketplace = w.marketplace
LEFT JOIN returned AS r
    ON s.month = r.month AND s.account = r.account AND s.marketplace = r.marketplace AND s.product = r.product
