-- What other reports must agree in: sales by date against sales by ASIN, the ledger's balances, the lines of a
-- settlement against its total, and ratios that a file gives against those computed anew.
WITH dated AS (
    SELECT
        d.month AS month, t.account AS account, t.marketplace AS marketplace, t.currency AS currency,
        d.day_number AS day_number, t.ordered_product_sales AS ordered_product_sales
    FROM traffic_account AS t
    INNER JOIN calendar AS d ON t.date = d.date
),
by_date AS (
    SELECT
        month, account, marketplace, currency, COUNT(DISTINCT day_number) AS n_days, SUM(ordered_product_sales) AS sales
    FROM dated
    GROUP BY month, account, marketplace, currency
),
by_asin AS (
    SELECT
        p.start_date AS month, t.account AS account, t.marketplace AS marketplace, t.currency AS currency,
        MAX(p.n_days) AS n_days, SUM(t.ordered_product_sales) AS sales
    FROM traffic_child AS t
    INNER JOIN periods AS p ON t.period_start = p.start_date AND t.period_end = p.end_date
    WHERE t.period_certain AND p.kind = 'month'
    GROUP BY p.start_date, t.account, t.marketplace, t.currency
),
ledger AS (
    SELECT
        p.start_date AS month, t.account AS account, t.marketplace AS marketplace,
        COALESCE(t.opening, 0) + COALESCE(t.receipts, 0) + COALESCE(t.customer_shipments, 0)
            + COALESCE(t.customer_returns, 0) + COALESCE(t.vendor_returns, 0) + COALESCE(t.warehouse_transfer, 0)
            + COALESCE(t.found, 0) + COALESCE(t.lost, 0) + COALESCE(t.damaged, 0) + COALESCE(t.disposed, 0)
            + COALESCE(t.other_events, 0) + COALESCE(t.unknown_events, 0) AS expected,
        COALESCE(t.closing, 0) AS closing
    FROM inventory_ledger_month AS t
    INNER JOIN periods AS p ON t.period_start = p.start_date
    WHERE p.kind = 'month'
    UNION ALL
    SELECT
        d.month AS month, t.account AS account, t.marketplace AS marketplace,
        COALESCE(t.opening, 0) + COALESCE(t.receipts, 0) + COALESCE(t.customer_shipments, 0)
            + COALESCE(t.customer_returns, 0) + COALESCE(t.vendor_returns, 0) + COALESCE(t.warehouse_transfer, 0)
            + COALESCE(t.found, 0) + COALESCE(t.lost, 0) + COALESCE(t.damaged, 0) + COALESCE(t.disposed, 0)
            + COALESCE(t.other_events, 0) + COALESCE(t.unknown_events, 0) AS expected,
        COALESCE(t.closing, 0) AS closing
    FROM inventory_ledger_day AS t
    INNER JOIN calendar AS d ON t.date = d.date
),
settled AS (
    SELECT
        account, marketplace, settlement_id, MIN(event_date) AS date, MAX(total_amount) AS total, SUM(amount) AS amount
    FROM settlement_line
    WHERE family = 'settlement-v2' AND settlement_id IS NOT NULL
    GROUP BY account, marketplace, settlement_id
),
ratio AS (
    SELECT
        d.month AS month, t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product,
        t.acos AS given, CAST(t.spend AS DOUBLE) / NULLIF(CAST(t.sales AS DOUBLE), 0) AS computed
    FROM ads_campaign AS t
    INNER JOIN calendar AS d ON t.date = d.date
    WHERE t.acos IS NOT NULL AND t.sales > 0
)
SELECT
    a.month AS month, a.account AS account, a.marketplace AS marketplace, CAST(NULL AS VARCHAR) AS ad_product,
    'sales_by_date_and_asin' AS check_name, 'ordered_product_sales' AS measure, 1 AS n_compared,
    CAST(a.sales AS DOUBLE) AS value_left, CAST(b.sales AS DOUBLE) AS value_right,
    ABS(CAST(a.sales AS DOUBLE) - CAST(b.sales AS DOUBLE)) AS off_most, CAST(0.001 AS DOUBLE) AS tolerance
FROM by_date AS a
INNER JOIN by_asin AS b
    ON a.month = b.month AND a.account = b.account AND a.marketplace = b.marketplace AND a.currency = b.currency
    AND a.n_days = b.n_days
UNION ALL
SELECT
    month, account, marketplace, CAST(NULL AS VARCHAR) AS ad_product, 'ledger_opening_and_movements' AS check_name,
    'closing' AS measure, COUNT(*) AS n_compared, CAST(SUM(closing) AS DOUBLE) AS value_left,
    CAST(SUM(expected) AS DOUBLE) AS value_right, CAST(MAX(ABS(closing - expected)) AS DOUBLE) AS off_most,
    CAST(0.0 AS DOUBLE) AS tolerance
FROM ledger
GROUP BY month, account, marketplace
UNION ALL
SELECT
    d.month AS month, s.account AS account, s.marketplace AS marketplace, CAST(NULL AS VARCHAR) AS ad_product,
    'settlement_lines_and_total' AS check_name, 'amount' AS measure, COUNT(*) AS n_compared,
    CAST(SUM(s.total) AS DOUBLE) AS value_left, CAST(SUM(s.amount) AS DOUBLE) AS value_right,
    CAST(MAX(ABS(s.total - s.amount)) AS DOUBLE) AS off_most, CAST(0.0 AS DOUBLE) AS tolerance
FROM settled AS s
INNER JOIN calendar AS d ON s.date = d.date
WHERE s.total IS NOT NULL AND s.amount IS NOT NULL
GROUP BY d.month, s.account, s.marketplace
UNION ALL
-- Files round their ratios to two digits of a percent. Medians, for a mean of doubles depends on their order.
SELECT
    month, account, marketplace, ad_product, 'given_and_computed_ratio' AS check_name, 'acos' AS measure,
    COUNT(*) AS n_compared, MEDIAN(given) AS value_left, MEDIAN(computed) AS value_right,
    MAX(ABS(given - computed)) AS off_most, CAST(0.0001 AS DOUBLE) AS tolerance
FROM ratio
GROUP BY month, account, marketplace, ad_product
