-- Every return with its product, its month and, where its order is known, the month and the marketplace of the order:
-- one account's report holds the returns of all its marketplaces. A SKU that is mapped to no product, nor is its ASIN,
-- stands under its ASIN, for that is what its sales are reported by; without one, under its SKU.
WITH dated AS (
    SELECT
        t.account AS account, COALESCE(o.marketplace, t.marketplace) AS marketplace, t.order_id AS order_id,
        t.sku AS sku, t.asin AS asin, t.fnsku AS fnsku, COALESCE(t.quantity, 1) AS quantity,
        t.disposition AS disposition, t.reason AS reason, t.family AS family, t.observed_at AS observed_at,
        o.order_month AS order_month, CAST(t.returned_at AS DATE) AS date
    FROM customer_return AS t
    LEFT JOIN order_of_return AS o ON t.account = o.account AND t.order_id = o.order_id
    WHERE t.returned_at IS NOT NULL
),
placed AS (
    SELECT
        t.account AS account, t.marketplace AS marketplace, t.sku AS sku, t.asin AS asin, t.fnsku AS fnsku,
        t.quantity AS quantity, t.disposition AS disposition, t.reason AS reason, t.family AS family,
        t.observed_at AS observed_at, t.order_month AS order_month, d.month AS month, d.month_end AS month_end
    FROM dated AS t
    INNER JOIN calendar AS d ON t.date = d.date
),
keyed AS (
    SELECT account, marketplace, month_end, 'sku' AS key_kind, sku AS key FROM placed WHERE sku IS NOT NULL
    UNION
    SELECT account, marketplace, month_end, 'asin' AS key_kind, asin AS key FROM placed WHERE asin IS NOT NULL
),
mapped AS (
    SELECT
        k.account AS account, k.marketplace AS marketplace, k.month_end AS month_end, k.key_kind AS key_kind,
        k.key AS key, s.product AS product, s.owner AS owner
    FROM keyed AS k
    INNER JOIN product_span AS s
        ON k.account = s.account AND k.marketplace = s.marketplace AND k.key_kind = s.key_kind AND k.key = s.key
        AND k.month_end >= s.valid_from AND k.month_end < s.valid_until
),
by_sku AS (
    SELECT account, marketplace, month_end, key, product, owner FROM mapped WHERE key_kind = 'sku'
),
by_asin AS (
    SELECT account, marketplace, month_end, key, product, owner FROM mapped WHERE key_kind = 'asin'
)
SELECT
    t.month AS month, t.account AS account, t.marketplace AS marketplace, t.sku AS sku, t.asin AS asin,
    COALESCE(s.product, n.product, t.asin, t.sku, t.fnsku, 'unknown') AS product,
    s.product IS NOT NULL OR n.product IS NOT NULL AS mapped, COALESCE(s.owner, n.owner) AS owner,
    t.quantity AS quantity, CASE WHEN UPPER(TRIM(t.disposition)) = 'SELLABLE' THEN t.quantity ELSE 0 END AS sellable,
    COALESCE(t.reason, 'not_told') AS reason, t.family AS family, t.observed_at AS observed_at,
    t.order_month AS order_month
FROM placed AS t
LEFT JOIN by_sku AS s
    ON t.account = s.account AND t.marketplace = s.marketplace AND t.month_end = s.month_end AND t.sku = s.key
LEFT JOIN by_asin AS n
    ON t.account = n.account AND t.marketplace = n.marketplace AND t.month_end = n.month_end AND t.asin = n.key
