-- The lines of orders to look at today: late to ship, asked to be cancelled, pending too long, cancelled since yesterday.
-- What a report of last week said of an order is not known to hold today and does not stand here.
WITH fresh AS (
    SELECT
        x.account AS account, x.marketplace AS marketplace, x.exception AS exception, x.order_id AS order_id,
        x.order_line AS order_line, MIN(x.sku) AS sku, SUM(x.units) AS units, MIN(x.family) AS family,
        MAX(x.data_date) AS data_date, MIN(x.since) AS since, MAX(d.day_number) AS data_day
    FROM order_line AS x
    INNER JOIN calendar AS d ON x.data_date = d.date
    CROSS JOIN as_of AS a
    WHERE x.found AND a.day_number - d.day_number <= 2 AND a.day_number >= d.day_number
    GROUP BY x.account, x.marketplace, x.exception, x.order_id, x.order_line
)
SELECT
    a.as_of AS as_of, f.data_date AS data_date, f.account AS account, f.marketplace AS marketplace,
    f.exception AS exception, f.order_id AS order_id, f.order_line AS order_line, f.sku AS sku, o.product AS product,
    o.owner AS owner, f.units AS units, f.since AS since, f.data_day - s.day_number AS n_days, f.family AS family,
    TRUE AS mature
FROM fresh AS f
CROSS JOIN as_of AS a
INNER JOIN calendar AS s ON f.since = s.date
LEFT JOIN own_now AS o ON f.account = o.account AND f.marketplace = o.marketplace AND f.sku = o.sku
WHERE f.exception <> 'cancelled' OR f.data_day - s.day_number <= 1
