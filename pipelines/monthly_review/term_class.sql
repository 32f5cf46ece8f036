-- What every search term is about, whenever it was seen: own brand before all else.
WITH term AS (
    SELECT DISTINCT marketplace, search_term, LOWER(TRIM(search_term)) AS plain FROM ads_term_line
),
pattern AS (
    SELECT marketplace, LOWER(TRIM(pattern)) AS pattern, class FROM terms
    UNION
    SELECT marketplace, LOWER(TRIM(brand)) AS pattern, 'own_brand' AS class FROM products WHERE brand IS NOT NULL
),
fitting AS (
    SELECT
        t.marketplace AS marketplace, t.search_term AS search_term,
        MIN(
            CASE
                WHEN p.class = 'own_brand' THEN 1
                WHEN p.class = 'asin' THEN 2
                WHEN p.class = 'competitor_brand' THEN 3
                ELSE 4
            END
        ) AS best
    FROM term AS t
    INNER JOIN pattern AS p ON t.marketplace = p.marketplace
    WHERE p.pattern <> '' AND STRPOS(t.plain, p.pattern) > 0
    GROUP BY t.marketplace, t.search_term
)
SELECT
    t.marketplace AS marketplace, t.search_term AS search_term,
    CASE
        WHEN f.best = 1 THEN 'own_brand'
        WHEN f.best = 2 OR (t.plain LIKE 'b0%' AND LENGTH(t.plain) = 10 AND t.plain NOT LIKE '% %') THEN 'asin'
        WHEN f.best = 3 THEN 'competitor_brand'
        ELSE 'generic'
    END AS term_class
FROM term AS t
LEFT JOIN fitting AS f ON t.marketplace = f.marketplace AND t.search_term = f.search_term
