-- The most searched keywords on which an own product was measured, twenty each, where its basket is still empty: a
-- basket that somebody keeps stays as it is, else shares of voice would not be comparable from week to week.
WITH own AS (
    SELECT DISTINCT marketplace, UPPER(TRIM(asin)) AS asin, product
    FROM products
    WHERE asin IS NOT NULL AND product IS NOT NULL
),
ranking AS (
    SELECT DISTINCT marketplace, UPPER(TRIM(asin)) AS asin, LOWER(TRIM(keyword)) AS keyword
    FROM keyword_rank
    WHERE organic_rank_kind IN ('exact', 'worse_than')
),
measured AS (
    SELECT DISTINCT r.marketplace AS marketplace, o.product AS product, r.keyword AS keyword
    FROM ranking AS r
    INNER JOIN own AS o ON r.marketplace = o.marketplace AND r.asin = o.asin
),
volume AS (
    SELECT marketplace, phrase, MAX(search_volume) AS search_volume
    FROM (SELECT marketplace, LOWER(TRIM(keyword)) AS phrase, search_volume FROM keyword) AS plain
    WHERE search_volume IS NOT NULL
    GROUP BY marketplace, phrase
),
kept AS (
    SELECT DISTINCT marketplace, product, TRUE AS is_kept FROM keyword_basket
),
ranked AS (
    SELECT
        m.marketplace AS marketplace, m.product AS product, m.keyword AS keyword, v.search_volume AS search_volume,
        ROW_NUMBER() OVER (
            PARTITION BY m.marketplace, m.product ORDER BY 0 - v.search_volume, m.keyword
        ) AS nth
    FROM measured AS m
    INNER JOIN volume AS v ON m.marketplace = v.marketplace AND m.keyword = v.phrase
    LEFT JOIN kept AS k ON m.marketplace = k.marketplace AND m.product = k.product
    WHERE k.is_kept IS NULL
)
SELECT marketplace, product, keyword, search_volume
FROM ranked
WHERE nth <= 20
ORDER BY marketplace, product, nth
