-- The newest list of own listings of each account, marketplace and week, with the product of each SKU or else ASIN.
WITH dated AS (
    SELECT
        d.week_start AS week_start, l.account AS account, l.marketplace AS marketplace, l.family AS family,
        l.snapshot_date AS snapshot_date, l.sku AS sku, COALESCE(l.asin, l.product_id) AS asin,
        l.product_name AS title, LOWER(TRIM(l.status)) AS status
    FROM listing AS l
    INNER JOIN calendar AS d ON l.snapshot_date = d.date
),
newest AS (
    SELECT week_start, account, marketplace, MAX(snapshot_date) AS snapshot_date
    FROM dated
    GROUP BY week_start, account, marketplace
),
by_sku AS (
    SELECT account, marketplace, sku, MIN(product) AS product
    FROM products
    WHERE sku IS NOT NULL
    GROUP BY account, marketplace, sku
),
-- The same article sells under one ASIN in several marketplaces.
by_asin AS (
    SELECT account, asin, MIN(product) AS product
    FROM products
    WHERE asin IS NOT NULL
    GROUP BY account, asin
    HAVING MIN(product) = MAX(product)
)
SELECT
    d.week_start AS week_start, d.account AS account, d.marketplace AS marketplace, d.family AS family,
    d.snapshot_date AS snapshot_date, d.sku AS sku, d.asin AS asin, d.title AS title, d.status AS status,
    COALESCE(s.product, a.product) AS product
FROM dated AS d
INNER JOIN newest AS n
    ON d.week_start = n.week_start AND d.account = n.account AND d.marketplace = n.marketplace
    AND d.snapshot_date = n.snapshot_date
LEFT JOIN by_sku AS s ON d.account = s.account AND d.marketplace = s.marketplace AND d.sku = s.sku
LEFT JOIN by_asin AS a ON d.account = a.account AND d.asin = a.asin
