-- Which product a SKU and an ASIN stood for at the end of each month that has returns or sales. Of several mappings
-- the newest that has begun by then is valid. One row per kind of key and key.
WITH returned AS (
    SELECT account, marketplace, CAST(returned_at AS DATE) AS date FROM customer_return
),
period AS (
    SELECT r.account AS account, r.marketplace AS marketplace, d.month AS month, d.month_end AS month_end
    FROM returned AS r
    INNER JOIN calendar AS d ON r.date = d.date
    UNION
    SELECT t.account AS account, t.marketplace AS marketplace, d.month AS month, d.month_end AS month_end
    FROM traffic_child AS t
    INNER JOIN calendar AS d ON t.period_start = d.date
),
mapping AS (
    SELECT
        account, marketplace, 'sku' AS key_kind, sku AS key, product, owner,
        COALESCE(valid_from, DATE '1900-01-01') AS valid_from, sku
    FROM products
    WHERE sku IS NOT NULL AND product IS NOT NULL
    UNION ALL
    SELECT
        account, marketplace, 'asin' AS key_kind, asin AS key, product, owner,
        COALESCE(valid_from, DATE '1900-01-01') AS valid_from, sku
    FROM products
    WHERE asin IS NOT NULL AND product IS NOT NULL
),
valid AS (
    SELECT
        p.month AS month, m.account AS account, m.marketplace AS marketplace, m.key_kind AS key_kind, m.key AS key,
        m.product AS product, m.owner AS owner,
        ROW_NUMBER() OVER (
            PARTITION BY p.month, m.account, m.marketplace, m.key_kind, m.key
            ORDER BY m.valid_from DESC NULLS LAST, m.sku DESC NULLS LAST
        ) AS nth
    FROM period AS p
    INNER JOIN mapping AS m
        ON p.account = m.account AND p.marketplace = m.marketplace AND m.valid_from <= p.month_end
)
SELECT month, account, marketplace, key_kind, key, product, owner
FROM valid
WHERE nth = 1
