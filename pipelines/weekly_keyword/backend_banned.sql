-- Words that Amazon does not want in search terms: every brand that is known, own and others'.
SELECT DISTINCT marketplace, phrase
FROM (
    SELECT marketplace, brand_key AS phrase FROM asin_brand
    UNION ALL
    SELECT marketplace, LOWER(TRIM(brand)) AS phrase FROM products
    UNION ALL
    SELECT marketplace, LOWER(TRIM(brand)) AS phrase FROM competitors
    UNION ALL
    SELECT marketplace, LOWER(TRIM(pattern)) AS phrase FROM terms WHERE class IN ('own_brand', 'competitor_brand')
) AS told
WHERE phrase <> ''
