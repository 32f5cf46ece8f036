-- ASINs of others that product sources show and `competitors` lacks. Those that were asked for together with an own ASIN
-- come with its product; of the others the team must say whose competitors they are.
WITH newest AS (
    SELECT
        marketplace, asin, brand, title, bsr, source, snapshot_date,
        ROW_NUMBER() OVER (
            PARTITION BY marketplace, asin ORDER BY snapshot_date DESC NULLS LAST, source DESC NULLS LAST,
                report_id DESC NULLS LAST, source_row DESC NULLS LAST
        ) AS nth
    FROM product_snapshot
    WHERE asin IS NOT NULL AND marketplace IS NOT NULL
),
own AS (
    SELECT DISTINCT marketplace, UPPER(TRIM(asin)) AS asin, product FROM products WHERE asin IS NOT NULL
),
own_brand AS (
    SELECT DISTINCT LOWER(TRIM(brand)) AS brand, TRUE AS is_own FROM products WHERE TRIM(brand) <> ''
),
told AS (
    SELECT DISTINCT marketplace, UPPER(TRIM(competitor_asin)) AS asin, product, TRUE AS is_told FROM competitors
),
query AS (
    SELECT DISTINCT marketplace, UPPER(queried_asins) AS asins FROM keyword_rank WHERE queried_asins <> ''
),
member AS (
    SELECT DISTINCT q.marketplace AS marketplace, q.asins AS asins, TRIM(SPLIT_PART(q.asins, ',', p.n)) AS asin
    FROM query AS q CROSS JOIN numbers AS p
    WHERE p.n >= 1 AND p.n <= 1 + LENGTH(q.asins) - LENGTH(REPLACE(q.asins, ',', ''))
),
asked_for AS (
    SELECT DISTINCT m.marketplace AS marketplace, m.asins AS asins, o.product AS product
    FROM member AS m
    INNER JOIN own AS o ON m.marketplace = o.marketplace AND m.asin = o.asin
),
beside AS (
    SELECT DISTINCT m.marketplace AS marketplace, m.asin AS asin, a.product AS product
    FROM member AS m
    INNER JOIN asked_for AS a ON m.marketplace = a.marketplace AND m.asins = a.asins
    WHERE m.asin <> ''
),
shown AS (
    SELECT marketplace, UPPER(TRIM(asin)) AS asin, brand, title, bsr, source, snapshot_date FROM newest WHERE nth = 1
),
beside_named AS (
    SELECT marketplace AS beside_marketplace, asin AS beside_asin, product FROM beside
),
own_asin AS (
    SELECT DISTINCT marketplace, asin, TRUE AS is_own FROM own
),
candidate AS (
    SELECT
        COALESCE(s.marketplace, b.beside_marketplace) AS marketplace, COALESCE(s.asin, b.beside_asin) AS asin,
        b.product AS product, s.brand AS brand, s.bsr AS bsr, s.title AS title, s.source AS source,
        s.snapshot_date AS snapshot_date, LOWER(TRIM(s.brand)) AS plain_brand
    FROM shown AS s
    FULL JOIN beside_named AS b
        ON s.marketplace = b.beside_marketplace AND s.asin = b.beside_asin
)
SELECT
    c.marketplace AS marketplace, c.product AS product, c.asin AS competitor_asin, c.brand AS brand,
    NULLIF(
        CONCAT_WS(' ', c.source, CAST(c.snapshot_date AS VARCHAR), 'BSR ' || CAST(c.bsr AS VARCHAR), c.title), ''
    ) AS note
FROM candidate AS c
LEFT JOIN told AS t ON c.marketplace = t.marketplace AND c.asin = t.asin
LEFT JOIN own_asin AS o ON c.marketplace = o.marketplace AND c.asin = o.asin
LEFT JOIN own_brand AS w ON c.plain_brand = w.brand
WHERE t.is_told IS NULL AND o.is_own IS NULL AND w.is_own IS NULL
ORDER BY marketplace, product, competitor_asin
