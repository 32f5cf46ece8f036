-- What the terms of the library are about, by the same patterns as in `search_term_class`: brands, own and others', and
-- ASINs never go into a listing's search terms.
WITH term AS (
    SELECT DISTINCT marketplace, term FROM term_candidate
),
pattern AS (
    SELECT marketplace, LOWER(TRIM(pattern)) AS pattern, class FROM terms
    UNION
    SELECT marketplace, LOWER(TRIM(brand)) AS pattern, 'own_brand' AS class FROM products WHERE brand IS NOT NULL
    UNION
    SELECT marketplace, LOWER(TRIM(brand)) AS pattern, 'competitor_brand' AS class FROM competitors WHERE brand IS NOT NULL
),
fitting AS (
    SELECT
        t.marketplace AS marketplace, t.term AS term,
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
    WHERE p.pattern <> '' AND STRPOS(t.term, p.pattern) > 0
    GROUP BY t.marketplace, t.term
)
SELECT
    t.marketplace AS marketplace, t.term AS term,
    CASE
        WHEN f.best = 1 THEN 'own_brand'
        WHEN f.best = 2 OR t.term LIKE 'b0%' AND LENGTH(t.term) = 10 AND t.term NOT LIKE '% %' THEN 'asin'
        WHEN f.best = 3 THEN 'competitor_brand'
        ELSE 'generic'
    END AS term_class
FROM term AS t
LEFT JOIN fitting AS f ON t.marketplace = f.marketplace AND t.term = f.term
