-- Brands that search terms are to be told apart by and `terms` lacks: own ones, and those of the competitors.
WITH newest AS (
    SELECT
        marketplace, UPPER(asin) AS asin, LOWER(TRIM(brand)) AS brand,
        ROW_NUMBER() OVER (
            PARTITION BY marketplace, asin ORDER BY snapshot_date DESC NULLS LAST, source DESC NULLS LAST,
                report_id DESC NULLS LAST, source_row DESC NULLS LAST
        ) AS nth
    FROM product_snapshot
    WHERE asin IS NOT NULL AND TRIM(brand) <> ''
),
named_rival AS (
    SELECT DISTINCT marketplace, UPPER(TRIM(competitor_asin)) AS asin FROM competitors WHERE competitor_asin IS NOT NULL
),
own AS (
    SELECT DISTINCT marketplace, LOWER(TRIM(brand)) AS pattern FROM products WHERE TRIM(brand) <> ''
),
rival AS (
    SELECT marketplace, LOWER(TRIM(brand)) AS pattern FROM competitors WHERE TRIM(brand) <> ''
    UNION ALL
    SELECT n.marketplace AS marketplace, n.brand AS pattern
    FROM newest AS n
    INNER JOIN named_rival AS c ON n.marketplace = c.marketplace AND n.asin = c.asin
    WHERE n.nth = 1
),
classed AS (
    SELECT marketplace, pattern, 'own_brand' AS class, 0 AS place FROM own
    UNION ALL
    SELECT DISTINCT marketplace, pattern, 'competitor_brand' AS class, 1 AS place FROM rival
),
one AS (
    SELECT
        marketplace, pattern, class,
        ROW_NUMBER() OVER (PARTITION BY marketplace, pattern ORDER BY place) AS nth
    FROM classed
),
told AS (
    SELECT DISTINCT marketplace, LOWER(TRIM(pattern)) AS pattern, TRUE AS is_told FROM terms
)
SELECT o.marketplace AS marketplace, o.pattern AS pattern, o.class AS class
FROM one AS o
LEFT JOIN told AS t ON o.marketplace = t.marketplace AND o.pattern = t.pattern
WHERE o.nth = 1 AND t.is_told IS NULL
ORDER BY marketplace, class, pattern
