-- The own SKUs as they are mapped today: of several mappings the newest that has begun.
WITH mapping AS (
    SELECT
        p.account AS account, p.marketplace AS marketplace, p.sku AS sku, p.asin AS asin, p.product AS product,
        p.owner AS owner, COALESCE(p.focus, FALSE) AS focus, p.stage AS stage,
        ROW_NUMBER() OVER (
            PARTITION BY p.account, p.marketplace, p.sku
            ORDER BY COALESCE(p.valid_from, DATE '1900-01-01') DESC NULLS LAST, p.product DESC NULLS LAST
        ) AS nth
    FROM products AS p CROSS JOIN as_of AS a
    WHERE COALESCE(p.valid_from, DATE '1900-01-01') <= a.as_of AND p.product IS NOT NULL
)
SELECT account, marketplace, sku, asin, product, owner, focus, stage FROM mapping WHERE nth = 1
