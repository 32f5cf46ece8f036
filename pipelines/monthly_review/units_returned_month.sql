-- Units returned by product and month of return. A SKU that is mapped to no product, nor is its ASIN, stands under its
-- ASIN, for that is what its sales are reported by; without one, under its SKU.
WITH by_sku AS (
    SELECT month, account, marketplace, key, product, owner FROM product_of_month WHERE key_kind = 'sku'
),
by_asin AS (
    SELECT month, account, marketplace, key, product, owner FROM product_of_month WHERE key_kind = 'asin'
),
dated AS (
    SELECT *, CAST(returned_at AS DATE) AS date FROM customer_return WHERE returned_at IS NOT NULL
),
placed AS (
    SELECT
        d.month AS month, t.account AS account, t.marketplace AS marketplace, t.sku AS sku,
        COALESCE(s.product, n.product, t.asin, t.sku, t.fnsku, 'unknown') AS product,
        s.product IS NOT NULL OR n.product IS NOT NULL AS mapped, COALESCE(s.owner, n.owner) AS owner,
        COALESCE(t.quantity, 1) AS quantity, t.disposition AS disposition
    FROM dated AS t
    INNER JOIN calendar AS d ON t.date = d.date
    LEFT JOIN by_sku AS s
        ON d.month = s.month AND t.account = s.account AND t.marketplace = s.marketplace AND t.sku = s.key
    LEFT JOIN by_asin AS n
        ON d.month = n.month AND t.account = n.account AND t.marketplace = n.marketplace AND t.asin = n.key
)
SELECT
    month, account, marketplace, product, mapped, MIN(owner) AS owner, MIN(sku) AS first_sku,
    COUNT(DISTINCT sku) AS n_skus, SUM(quantity) AS units_returned,
    SUM(CASE WHEN UPPER(TRIM(disposition)) = 'SELLABLE' THEN quantity ELSE 0 END) AS units_returned_sellable
FROM placed
GROUP BY month, account, marketplace, product, mapped
