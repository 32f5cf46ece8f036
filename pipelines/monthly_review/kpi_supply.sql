-- Days of supply at the end of a month by product: the newest stock list of the month over the daily sales of the
-- month. Stock that several sites share counts at each of them. A list older than a week by then leaves it incomplete.
WITH listed AS (
    SELECT
        i.account AS account, i.marketplace AS marketplace, i.sku AS sku, i.asin AS asin,
        COALESCE(i.fulfillable, 0) + COALESCE(i.fc_transfer, 0) AS units, i.fulfillable AS fulfillable,
        d.month AS month, d.month_end AS month_end, d.day_number AS day_number
    FROM inventory AS i
    INNER JOIN calendar AS d ON i.snapshot_date = d.date
),
newest AS (
    SELECT account, marketplace, month, MAX(day_number) AS day_number
    FROM listed
    GROUP BY account, marketplace, month
),
stock AS (
    SELECT
        l.account AS account, l.marketplace AS marketplace, l.month AS month, l.month_end AS month_end,
        l.day_number AS day_number, l.sku AS sku, l.units AS units
    FROM listed AS l
    INNER JOIN newest AS n
        ON l.account = n.account AND l.marketplace = n.marketplace AND l.month = n.month
        AND l.day_number = n.day_number
    WHERE l.fulfillable IS NOT NULL
),
by_product AS (
    SELECT
        s.account AS account, s.marketplace AS marketplace, s.month AS month, s.day_number AS day_number,
        m.product AS product, SUM(s.units) AS units
    FROM stock AS s
    INNER JOIN product_span AS m
        ON s.account = m.account AND s.marketplace = m.marketplace AND s.sku = m.key AND s.month_end >= m.valid_from
        AND s.month_end < m.valid_until
    WHERE m.key_kind = 'sku'
    GROUP BY s.account, s.marketplace, s.month, s.day_number, m.product
),
rated AS (
    SELECT
        b.account AS account, b.marketplace AS marketplace, b.month AS month, b.product AS product,
        p.end_day - b.day_number AS stock_age, u.units_ordered AS units_ordered,
        CAST(b.units AS DOUBLE) * CAST(p.n_days AS DOUBLE) / NULLIF(CAST(u.units_ordered AS DOUBLE), 0) AS supply_days,
        r.supply_days_min AS supply_days_min, r.supply_days_max AS supply_days_max
    FROM by_product AS b
    INNER JOIN periods AS p ON b.month = p.start_date
    LEFT JOIN units_ordered_month AS u
        ON b.month = u.month AND b.account = u.account AND b.marketplace = u.marketplace AND b.product = u.product
    LEFT JOIN monthly_rules AS r ON b.marketplace = r.marketplace
    WHERE p.kind = 'month'
)
SELECT
    month, account, marketplace, 'supply_days' AS kpi,
    CAST(SUM(CASE WHEN supply_days >= supply_days_min AND supply_days <= supply_days_max THEN 1 ELSE 0 END) AS DOUBLE)
        / NULLIF(CAST(COUNT(supply_days) AS DOUBLE), 0) AS value,
    CAST(SUM(CASE WHEN supply_days >= supply_days_min AND supply_days <= supply_days_max THEN 1 ELSE 0 END) AS DOUBLE)
        AS numerator,
    CAST(COUNT(supply_days) AS DOUBLE) AS denominator, MIN(supply_days) AS worst,
    MAX(stock_age) <= 7 AND COUNT(units_ordered) = COUNT(*) AS complete, TRUE AS mature,
    'inventory, traffic_child' AS source
FROM rated
GROUP BY month, account, marketplace
