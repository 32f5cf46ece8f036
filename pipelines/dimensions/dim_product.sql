-- What every SKU stood for and when, from the seed; SKUs of the stock lists that it does not know are listed under their
-- ASIN, so that nobody overlooks them.
WITH seeded AS (
    SELECT
        account, marketplace, sku, COALESCE(valid_from, DATE '1900-01-01') AS valid_from, asin, fnsku, parent_asin,
        COALESCE(product, asin, sku) AS product, product IS NOT NULL AS mapped, name_zh, brand, owner, stage, focus,
        requested_at, live_at, bsr_category, target_acos, target_bsr, fulfilment, stock_pool,
        LEAD(COALESCE(valid_from, DATE '1900-01-01')) OVER (
            PARTITION BY account, marketplace, sku ORDER BY COALESCE(valid_from, DATE '1900-01-01')
        ) AS next_from
    FROM products
    WHERE sku IS NOT NULL
),
dated AS (
    SELECT
        account, marketplace, sku, asin, fnsku, product_name, snapshot_date,
        ROW_NUMBER() OVER (
            PARTITION BY account, marketplace, sku ORDER BY snapshot_date DESC NULLS LAST, fnsku DESC NULLS LAST
        ) AS nth
    FROM inventory
    WHERE sku IS NOT NULL
),
listed AS (
    SELECT account, marketplace, sku, asin, fnsku, product_name, snapshot_date FROM dated WHERE nth = 1
),
stranger AS (
    SELECT
        l.account AS account, l.marketplace AS marketplace, l.sku AS sku, l.asin AS asin, l.fnsku AS fnsku,
        l.product_name AS product_name, l.snapshot_date AS snapshot_date
    FROM listed AS l
    LEFT JOIN seeded AS s ON l.account = s.account AND l.marketplace = s.marketplace AND l.sku = s.sku
    WHERE s.sku IS NULL
)
SELECT
    s.account AS account, s.marketplace AS marketplace, s.sku AS sku, s.valid_from AS valid_from,
    CAST(s.next_from - INTERVAL '1 day' AS DATE) AS valid_until, s.next_from IS NULL AS is_newest, s.mapped AS mapped,
    COALESCE(s.asin, l.asin) AS asin, COALESCE(s.fnsku, l.fnsku) AS fnsku, s.parent_asin AS parent_asin,
    s.product AS product, s.name_zh AS name_zh, l.product_name AS title, s.brand AS brand, s.owner AS owner,
    s.stage AS stage, s.focus AS focus, s.requested_at AS requested_at, s.live_at AS live_at,
    s.bsr_category AS bsr_category, s.target_acos AS target_acos, s.target_bsr AS target_bsr,
    s.fulfilment AS fulfilment, s.stock_pool AS stock_pool, l.snapshot_date AS last_listed
FROM seeded AS s
LEFT JOIN listed AS l ON s.account = l.account AND s.marketplace = l.marketplace AND s.sku = l.sku
UNION ALL
SELECT
    account, marketplace, sku, DATE '1900-01-01' AS valid_from, CAST(NULL AS DATE) AS valid_until, TRUE AS is_newest,
    FALSE AS mapped, asin, fnsku, CAST(NULL AS VARCHAR) AS parent_asin, COALESCE(asin, sku) AS product,
    CAST(NULL AS VARCHAR) AS name_zh, product_name AS title, CAST(NULL AS VARCHAR) AS brand,
    CAST(NULL AS VARCHAR) AS owner, CAST(NULL AS VARCHAR) AS stage, CAST(NULL AS BOOLEAN) AS focus,
    CAST(NULL AS DATE) AS requested_at, CAST(NULL AS DATE) AS live_at, CAST(NULL AS VARCHAR) AS bsr_category,
    CAST(NULL AS DOUBLE) AS target_acos, CAST(NULL AS BIGINT) AS target_bsr, CAST(NULL AS VARCHAR) AS fulfilment,
    CAST(NULL AS VARCHAR) AS stock_pool, snapshot_date AS last_listed
FROM stranger
