-- The SKUs that get search terms: the newest mapping of each, with its title as the newest listing or else the newest
-- page tells it, and how many bytes the marketplace takes.
WITH mapping AS (
    SELECT
        account, marketplace, sku, asin, product, owner, stage,
        ROW_NUMBER() OVER (
            PARTITION BY account, marketplace, sku
            ORDER BY COALESCE(valid_from, DATE '1900-01-01') DESC NULLS LAST, product DESC NULLS LAST
        ) AS nth
    FROM products
    WHERE sku IS NOT NULL AND product IS NOT NULL
),
named AS (
    SELECT
        account, marketplace, sku, product_name AS title,
        ROW_NUMBER() OVER (
            PARTITION BY account, marketplace, sku ORDER BY snapshot_date DESC NULLS LAST, observed_at DESC NULLS LAST
        ) AS nth
    FROM listing
    WHERE TRIM(product_name) <> ''
),
listed AS (
    SELECT account, marketplace, sku, title FROM named WHERE nth = 1
),
shown AS (
    SELECT
        marketplace, asin, title,
        ROW_NUMBER() OVER (
            PARTITION BY marketplace, asin ORDER BY snapshot_date DESC NULLS LAST, observed_at DESC NULLS LAST,
                title DESC NULLS LAST
        ) AS nth
    FROM product_snapshot
    WHERE TRIM(title) <> ''
),
page AS (
    SELECT marketplace, asin, title FROM shown WHERE nth = 1
)
SELECT
    m.account AS account, m.marketplace AS marketplace, m.sku AS sku, m.asin AS asin, m.product AS product,
    m.owner AS owner, COALESCE(l.title, p.title) AS title, t.search_terms_bytes AS limit_bytes
FROM mapping AS m
INNER JOIN keyword_rules AS t ON m.marketplace = t.marketplace
LEFT JOIN listed AS l ON m.account = l.account AND m.marketplace = l.marketplace AND m.sku = l.sku
LEFT JOIN page AS p ON m.marketplace = p.marketplace AND m.asin = p.asin
WHERE m.nth = 1
