-- SKUs that lists of listings or of stock show and `products` lacks. What is known of the same ASIN elsewhere is filled
-- in: the product, its names and who is responsible; what nobody told stays empty.
WITH seen AS (
    SELECT
        account, marketplace, sku, COALESCE(asin, product_id) AS asin, CAST(NULL AS VARCHAR) AS fnsku, snapshot_date
    FROM listing
    WHERE sku IS NOT NULL
    UNION ALL
    SELECT account, marketplace, sku, asin, fnsku, snapshot_date FROM inventory WHERE sku IS NOT NULL
),
-- FBA makes SKUs of its own for what it found or took back; they are no listings of the team.
own_sku AS (
    SELECT
        account, marketplace, sku, MAX(asin) AS asin, MAX(fnsku) AS fnsku, MAX(snapshot_date) AS seen_on
    FROM seen
    WHERE account IS NOT NULL AND marketplace IS NOT NULL AND LOWER(sku) NOT LIKE 'amzn.gr.%'
    GROUP BY account, marketplace, sku
),
told AS (
    SELECT DISTINCT account, marketplace, sku, TRUE AS is_told FROM products
),
sibling AS (
    SELECT
        account, asin, MIN(parent_asin) AS parent_asin, MIN(product) AS product, MIN(name_zh) AS name_zh,
        MIN(brand) AS brand, MIN(owner) AS owner
    FROM products
    WHERE asin IS NOT NULL
    GROUP BY account, asin
    HAVING MIN(product) = MAX(product)
)
SELECT
    s.account AS account, s.marketplace AS marketplace, s.sku AS sku, s.asin AS asin, s.fnsku AS fnsku,
    b.parent_asin AS parent_asin, b.product AS product, b.name_zh AS name_zh, b.brand AS brand, b.owner AS owner,
    s.seen_on AS seen_on
FROM own_sku AS s
LEFT JOIN told AS t ON s.account = t.account AND s.marketplace = t.marketplace AND s.sku = t.sku
LEFT JOIN sibling AS b ON s.account = b.account AND s.asin = b.asin
WHERE t.is_told IS NULL
ORDER BY account, marketplace, sku
