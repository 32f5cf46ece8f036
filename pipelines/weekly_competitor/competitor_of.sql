-- The bridge from own products to the ASINs watched for them, with what was observed of each in the week.
WITH observed AS (
    SELECT DISTINCT week_start, marketplace, asin, TRUE AS observed
    FROM observation_pairs
    WHERE subject = 'product_snapshot'
)
SELECT
    b.week_start AS week_start, b.account AS account, b.marketplace AS marketplace, b.product AS product,
    b.asin AS asin, b.slot AS slot, b.role AS role, b.is_own AS is_own, b.owner AS owner,
    COALESCE(o.observed, FALSE) AS observed
FROM competitor_bridge AS b
LEFT JOIN observed AS o ON b.week_start = o.week_start AND b.marketplace = o.marketplace AND b.asin = o.asin
