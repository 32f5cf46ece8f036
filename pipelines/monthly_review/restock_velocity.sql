-- Units sold per pool and product in the last week, month and quarter that are known. The report lists every ASIN that
-- was looked at, so an ASIN that is missing from a range sold nothing in it. Days out of stock are not known from
-- ranges: the days are those of the range.
WITH listed AS (
    SELECT account, marketplace, asin, MIN(stock_pool) AS stock_pool, MIN(product) AS product
    FROM restock_sku
    WHERE asin IS NOT NULL
    GROUP BY account, marketplace, asin
),
span AS (
    SELECT account, marketplace, span, MAX(n_days) AS n_days, MAX(end_day) AS end_day
    FROM restock_range
    GROUP BY account, marketplace, span
),
daily AS (
    SELECT
        l.account AS account, l.stock_pool AS stock_pool, l.product AS product, s.span AS span, s.n_days AS n_days,
        s.end_day AS end_day, l.marketplace AS marketplace,
        CAST(COALESCE(u.units, 0) AS DOUBLE) / NULLIF(CAST(s.n_days AS DOUBLE), 0) AS per_day
    FROM listed AS l
    INNER JOIN span AS s ON l.account = s.account AND l.marketplace = s.marketplace
    LEFT JOIN restock_sold AS u
        ON l.account = u.account AND l.marketplace = u.marketplace AND l.asin = u.asin AND s.span = u.span
),
pooled AS (
    -- The sites of a pool may have ranges of different length: units are brought to the longest before they are added.
    SELECT
        account, stock_pool, product, span, MAX(n_days) AS n_days, MAX(end_day) AS end_day,
        COUNT(DISTINCT marketplace) AS n_marketplaces,
        CAST(FLOOR(SUM(per_day) * MAX(n_days) + 0.5) AS BIGINT) AS units
    FROM daily
    GROUP BY account, stock_pool, product, span
)
SELECT
    account, stock_pool, product, MAX(end_day) AS velocity_until_day, MAX(n_marketplaces) AS n_marketplaces_selling,
    MAX(CASE WHEN span = 7 THEN units END) AS units_7, MAX(CASE WHEN span = 30 THEN units END) AS units_30,
    MAX(CASE WHEN span = 90 THEN units END) AS units_90, MAX(CASE WHEN span = 7 THEN n_days END) AS days_7,
    MAX(CASE WHEN span = 30 THEN n_days END) AS days_30, MAX(CASE WHEN span = 90 THEN n_days END) AS days_90
FROM pooled
GROUP BY account, stock_pool, product
