-- Where and in which month an order was placed, by its id. One row per account and order.
WITH known AS (
    SELECT account, order_id, marketplace, event_date AS date FROM order_item WHERE order_id IS NOT NULL
    UNION ALL
    SELECT account, order_id, marketplace, CAST(purchased_at AS DATE) AS date
    FROM shipment_item
    WHERE order_id IS NOT NULL AND purchased_at IS NOT NULL
),
single AS (
    SELECT account, order_id, MIN(marketplace) AS marketplace, MIN(date) AS date FROM known GROUP BY account, order_id
)
SELECT s.account AS account, s.order_id AS order_id, s.marketplace AS marketplace, d.month AS order_month
FROM single AS s
INNER JOIN calendar AS d ON s.date = d.date
