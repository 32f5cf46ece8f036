-- Stock that is not sellable yet. What Amazon is receiving is on the shelf in about a week. Shipments that were only
-- planned (`inbound_working`) still lie in the warehouse they leave from and are counted there.
WITH soon AS (
    SELECT CAST(as_of + INTERVAL '7 days' AS DATE) AS shelf_date FROM as_of
),
dated AS (
    SELECT
        e.stock_pool AS stock_pool, e.product AS product, e.sku AS sku, e.place AS place, e.units AS units,
        e.available_on AS available_on, e.as_of AS counted_on
    FROM stock_elsewhere AS e CROSS JOIN as_of AS a
    WHERE e.as_of <= a.as_of
),
newest AS (
    SELECT stock_pool, MAX(counted_on) AS counted_on FROM dated GROUP BY stock_pool
),
counted AS (
    SELECT
        d.stock_pool AS stock_pool, d.product AS product, d.sku AS sku, d.place AS place, d.units AS units,
        d.available_on AS available_on
    FROM dated AS d
    INNER JOIN newest AS n ON d.stock_pool = n.stock_pool AND d.counted_on = n.counted_on
),
by_sku AS (
    SELECT stock_pool, sku, MIN(product) AS product FROM restock_sku GROUP BY stock_pool, sku
),
by_product AS (
    -- The seed names no account; stock of a pool that two accounts share is planned for the first.
    SELECT stock_pool, product, MIN(account) AS account FROM restock_product GROUP BY stock_pool, product
),
named AS (
    SELECT
        c.stock_pool AS stock_pool, COALESCE(NULLIF(TRIM(c.product), ''), s.product) AS product, c.place AS place,
        c.units AS units, c.available_on AS available_on
    FROM counted AS c
    LEFT JOIN by_sku AS s ON c.stock_pool = s.stock_pool AND c.sku = s.sku
)
SELECT
    account, stock_pool, product, 'inbound' AS kind, inbound_shipped AS units, CAST(NULL AS DATE) AS available_on
FROM restock_product
WHERE inbound_shipped > 0
UNION ALL
SELECT
    p.account AS account, p.stock_pool AS stock_pool, p.product AS product, 'inbound' AS kind,
    p.inbound_receiving AS units, s.shelf_date AS available_on
FROM restock_product AS p CROSS JOIN soon AS s
WHERE p.inbound_receiving > 0
UNION ALL
SELECT
    b.account AS account, n.stock_pool AS stock_pool, n.product AS product,
    CASE WHEN n.place = 'production' THEN 'production' WHEN n.place = 'inbound' THEN 'inbound' ELSE 'elsewhere' END
        AS kind,
    n.units AS units, n.available_on AS available_on
FROM named AS n
INNER JOIN by_product AS b ON n.stock_pool = b.stock_pool AND n.product = b.product
WHERE n.units > 0
