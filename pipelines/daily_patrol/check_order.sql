-- Orders that something is wrong with, folded by kind, and products whose returns jump.
WITH looked AS (
    SELECT account, marketplace, exception, MAX(data_date) AS data_date
    FROM order_line
    WHERE NOT found AND exception <> 'cancelled'
    GROUP BY account, marketplace, exception
),
found_line AS (
    SELECT
        account, marketplace, exception, COUNT(*) AS n_lines, MIN(since) AS since, MIN(order_id) AS first_order
    FROM order_exception
    WHERE exception <> 'cancelled'
    GROUP BY account, marketplace, exception
),
counted AS (
    SELECT
        l.account AS account, l.marketplace AS marketplace, l.exception AS exception, l.data_date AS data_date,
        COALESCE(f.n_lines, 0) AS n_lines, f.since AS since, f.first_order AS first_order,
        CASE
            WHEN l.exception = 'unshipped_late' THEN '超过承诺发货时间未发货'
            WHEN l.exception = 'cancel_requested' THEN '买家申请取消'
            ELSE '长时间待处理'
        END AS kind_zh,
        CASE
            WHEN l.exception = 'unshipped_late' THEN 'not shipped by the promised day'
            WHEN l.exception = 'cancel_requested' THEN 'the buyer asks to cancel'
            ELSE 'pending too long'
        END AS kind
    FROM looked AS l
    LEFT JOIN found_line AS f
        ON l.account = f.account AND l.marketplace = f.marketplace AND l.exception = f.exception
),
returned AS (
    SELECT
        c.account AS account, c.marketplace AS marketplace, COALESCE(o.product, c.sku) AS product, o.owner AS owner,
        CAST(c.returned_at AS DATE) AS returned_on, c.quantity AS quantity
    FROM customer_return AS c
    LEFT JOIN own_now AS o ON c.account = o.account AND c.marketplace = o.marketplace AND c.sku = o.sku
),
until_day AS (
    SELECT account, marketplace, MAX(returned_on) AS data_date FROM returned GROUP BY account, marketplace
),
placed AS (
    SELECT
        r.account AS account, r.marketplace AS marketplace, r.product AS product, r.owner AS owner,
        r.quantity AS quantity, u.data_date AS data_date, e.day_number - d.day_number AS days_back
    FROM returned AS r
    INNER JOIN until_day AS u ON r.account = u.account AND r.marketplace = u.marketplace
    INNER JOIN calendar AS d ON r.returned_on = d.date
    INNER JOIN calendar AS e ON u.data_date = e.date
),
weighed AS (
    SELECT
        account, marketplace, product, MIN(owner) AS owner, MAX(data_date) AS data_date,
        SUM(CASE WHEN days_back < 7 THEN quantity ELSE 0 END) AS units_week,
        SUM(CASE WHEN days_back >= 7 THEN quantity ELSE 0 END) AS units_before
    FROM placed
    WHERE days_back < 35
    GROUP BY account, marketplace, product
),
judged AS (
    SELECT
        w.account AS account, w.marketplace AS marketplace, w.product AS product, w.owner AS owner,
        w.data_date AS data_date, w.units_week AS units_week, CAST(w.units_before AS DOUBLE) / 4 AS week_before,
        r.refund_spike_min AS refund_spike_min
    FROM weighed AS w
    INNER JOIN daily_rules AS r ON w.marketplace = r.marketplace
)
SELECT
    'order_exception' AS rule, account, marketplace, exception AS subject, CAST(NULL AS VARCHAR) AS product,
    CAST(NULL AS VARCHAR) AS owner, data_date AS checked_on, n_lines > 0 AS bad,
    CASE WHEN exception = 'pending_long' THEN 'yellow' ELSE 'red' END AS level, CAST(n_lines AS DOUBLE) AS figure,
    CAST(0 AS DOUBLE) AS target, since,
    CAST(n_lines AS VARCHAR) || ' 行订单' || kind_zh || '：' || COALESCE(first_order, '') AS evidence_zh,
    CAST(n_lines AS VARCHAR) || ' order lines: ' || kind || ': ' || COALESCE(first_order, '') AS evidence
FROM counted
UNION ALL
SELECT
    'refund_spike' AS rule, account, marketplace, product AS subject, product, owner, data_date AS checked_on,
    CAST(units_week AS DOUBLE) >= refund_spike_min AND CAST(units_week AS DOUBLE) > 2 * week_before AS bad,
    'yellow' AS level, CAST(units_week AS DOUBLE) AS figure, 2 * week_before AS target, CAST(NULL AS DATE) AS since,
    '近 7 天退货 ' || CAST(units_week AS VARCHAR) || ' 件，此前四周周均 '
        || CAST(CAST(FLOOR(week_before + 0.5) AS BIGINT) AS VARCHAR) || ' 件' AS evidence_zh,
    CAST(units_week AS VARCHAR) || ' units came back in 7 days, '
        || CAST(CAST(FLOOR(week_before + 0.5) AS BIGINT) AS VARCHAR) || ' a week in the four weeks before' AS evidence
FROM judged
