-- The brand of an ASIN: what the seeds say of own products and competitors goes before what a tool read off a page, and
-- of those the newest. Spellings of one brand are one: it is counted in lower case and shown as its first spelling.
WITH told AS (
    SELECT marketplace, asin, brand, 3 AS trust, COALESCE(valid_from, DATE '1900-01-01') AS told_on FROM products
    UNION ALL
    SELECT
        marketplace, competitor_asin AS asin, brand, 2 AS trust, COALESCE(valid_from, DATE '1900-01-01') AS told_on
    FROM competitors
    UNION ALL
    SELECT DISTINCT marketplace, asin, brand, 1 AS trust, snapshot_date AS told_on FROM product_snapshot
),
ranked AS (
    SELECT
        marketplace, asin, TRIM(brand) AS brand, LOWER(TRIM(brand)) AS brand_key,
        ROW_NUMBER() OVER (
            PARTITION BY marketplace, asin
            ORDER BY trust DESC NULLS LAST, told_on DESC NULLS LAST, brand DESC NULLS LAST
        ) AS nth
    FROM told
    WHERE asin IS NOT NULL AND TRIM(brand) <> ''
),
chosen AS (
    SELECT marketplace, asin, brand, brand_key FROM ranked WHERE nth = 1
),
spelling AS (
    SELECT marketplace, brand_key, MIN(brand) AS brand FROM chosen GROUP BY marketplace, brand_key
),
own AS (
    SELECT DISTINCT marketplace, LOWER(TRIM(brand)) AS brand_key, TRUE AS is_own FROM products WHERE TRIM(brand) <> ''
)
SELECT
    c.marketplace AS marketplace, c.asin AS asin, c.brand_key AS brand_key, s.brand AS brand,
    COALESCE(o.is_own, FALSE) AS is_own
FROM chosen AS c
INNER JOIN spelling AS s ON c.marketplace = s.marketplace AND c.brand_key = s.brand_key
LEFT JOIN own AS o ON c.marketplace = o.marketplace AND c.brand_key = o.brand_key
