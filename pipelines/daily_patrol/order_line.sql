-- Lines of orders that something is wrong with, by what is newest known of each, and below them the kinds of trouble
-- that could be looked for at all: without the report that would tell, none is not zero.
WITH waiting AS (
    SELECT account, marketplace, MAX(snapshot_date) AS snapshot_date FROM unshipped_order GROUP BY account, marketplace
),
unshipped AS (
    SELECT
        u.account AS account, u.marketplace AS marketplace, u.family AS family, u.snapshot_date AS data_date,
        u.order_id AS order_id, COALESCE(u.order_item_id, u.sku, '') AS order_line, u.sku AS sku,
        u.quantity_to_ship AS units, CAST(u.promised_at AS DATE) AS due_on, u.purchased_at AS purchased_at,
        COALESCE(u.days_past_promise, 0) AS days_past, COALESCE(u.is_buyer_requested_cancellation, FALSE) AS is_cancel
    FROM unshipped_order AS u
    INNER JOIN waiting AS w
        ON u.account = w.account AND u.marketplace = w.marketplace AND u.snapshot_date = w.snapshot_date
),
ordered AS (
    SELECT
        o.account AS account, o.marketplace AS marketplace, o.family AS family,
        CAST(o.observed_at AS DATE) AS data_date, o.order_id AS order_id,
        COALESCE(o.order_item_id, o.sku, '') AS order_line, o.sku AS sku, o.quantity AS units,
        CAST(o.purchased_at AS DATE) AS purchased_on, CAST(o.updated_at AS DATE) AS updated_on,
        LOWER(TRIM(o.order_status)) AS order_status, LOWER(TRIM(o.item_status)) AS item_status,
        COALESCE(o.is_buyer_requested_cancellation, FALSE) AS is_cancel
    FROM order_item AS o
),
pending AS (
    SELECT
        o.account AS account, o.marketplace AS marketplace, o.family AS family, o.data_date AS data_date,
        o.order_id AS order_id, o.order_line AS order_line, o.sku AS sku, o.units AS units,
        o.purchased_on AS since, s.day_number - b.day_number AS n_days, r.order_pending_days AS limit_days
    FROM ordered AS o
    INNER JOIN calendar AS b ON o.purchased_on = b.date
    INNER JOIN calendar AS s ON o.data_date = s.date
    INNER JOIN daily_rules AS r ON o.marketplace = r.marketplace
    WHERE o.order_status LIKE 'pending%'
),
told AS (
    SELECT account, marketplace, MAX(data_date) AS data_date FROM ordered GROUP BY account, marketplace
)
SELECT
    u.account AS account, u.marketplace AS marketplace, 'unshipped_late' AS exception, u.order_id AS order_id,
    u.order_line AS order_line, u.sku AS sku, u.units AS units, u.family AS family, u.data_date AS data_date,
    u.due_on AS since, TRUE AS found
FROM unshipped AS u
WHERE u.units > 0 AND (u.days_past > 0 OR u.due_on < u.data_date)
UNION ALL
SELECT
    account, marketplace, 'cancel_requested' AS exception, order_id, order_line, sku, units, family, data_date,
    data_date AS since, TRUE AS found
FROM unshipped
WHERE is_cancel AND units > 0
UNION ALL
SELECT
    account, marketplace, 'pending_long' AS exception, order_id, order_line, sku, units, family, data_date, since,
    TRUE AS found
FROM pending
WHERE n_days > limit_days
UNION ALL
SELECT
    account, marketplace, 'cancelled' AS exception, order_id, order_line, sku, units, family, data_date,
    updated_on AS since, TRUE AS found
FROM ordered
WHERE order_status IN ('cancelled', 'canceled') OR item_status IN ('cancelled', 'canceled')
UNION ALL
SELECT
    w.account AS account, w.marketplace AS marketplace, k.exception AS exception, '' AS order_id, '' AS order_line,
    CAST(NULL AS VARCHAR) AS sku, CAST(0 AS BIGINT) AS units, CAST(NULL AS VARCHAR) AS family,
    w.snapshot_date AS data_date, CAST(NULL AS DATE) AS since, FALSE AS found
FROM waiting AS w CROSS JOIN (VALUES ('unshipped_late'), ('cancel_requested')) AS k (exception)
UNION ALL
SELECT
    t.account AS account, t.marketplace AS marketplace, k.exception AS exception, '' AS order_id, '' AS order_line,
    CAST(NULL AS VARCHAR) AS sku, CAST(0 AS BIGINT) AS units, CAST(NULL AS VARCHAR) AS family,
    t.data_date AS data_date, CAST(NULL AS DATE) AS since, FALSE AS found
FROM told AS t CROSS JOIN (VALUES ('pending_long'), ('cancelled')) AS k (exception)
