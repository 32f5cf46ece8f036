-- Who held the Buy Box of an own ASIN from which minute to which, as its history tells: a holder stays until the next
-- one, and the last until the history was fetched. Minutes are counted from 1970 in UTC.
WITH own_asin AS (
    SELECT DISTINCT marketplace, asin FROM products WHERE asin IS NOT NULL
),
point AS (
    SELECT
        h.marketplace AS marketplace, h.source AS source, h.asin AS asin, h.family AS family, h.at AS began_at,
        h.observed_at AS known_until, TRIM(h.value_text) AS seller_id,
        LEAD(h.at) OVER (PARTITION BY h.marketplace, h.source, h.asin ORDER BY h.at) AS next_at
    FROM product_history AS h
    INNER JOIN own_asin AS o ON h.marketplace = o.marketplace AND h.asin = o.asin
    WHERE h.metric = 'buy_box_seller_id' AND h.at IS NOT NULL
),
ended AS (
    SELECT
        marketplace, source, asin, family, seller_id, began_at, CAST(began_at AS DATE) AS start_on,
        COALESCE(next_at, known_until) AS ended_at, CAST(COALESCE(next_at, known_until) AS DATE) AS end_on
    FROM point
)
SELECT
    e.marketplace AS marketplace, e.source AS source, e.asin AS asin, e.family AS family,
    CASE WHEN e.seller_id IS NULL OR e.seller_id IN ('', '-1', '-2') THEN 'nobody' ELSE e.seller_id END AS holder,
    b.day_number * 1440 + EXTRACT(HOUR FROM e.began_at) * 60 + EXTRACT(MINUTE FROM e.began_at) AS start_minute,
    u.day_number * 1440 + EXTRACT(HOUR FROM e.ended_at) * 60 + EXTRACT(MINUTE FROM e.ended_at) AS end_minute,
    b.day_number AS start_day, u.day_number AS end_day
FROM ended AS e
INNER JOIN calendar AS b ON e.start_on = b.date
INNER JOIN calendar AS u ON e.end_on = u.date
WHERE e.ended_at > e.began_at
