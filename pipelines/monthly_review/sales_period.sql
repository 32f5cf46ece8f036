-- Ordered product sales of an account by week and month, advertised or not: days where there are any, else the report
-- that is by whole months, else the sum over the child ASINs of the month. Never two of them added.
WITH day AS (
    SELECT
        t.account AS account, t.marketplace AS marketplace, t.currency AS currency, t.family AS family,
        t.ordered_product_sales AS sales_total, t.units_ordered AS units_total, t.sessions AS sessions,
        t.page_views AS page_views, t.units_refunded AS units_refunded, t.observed_at AS observed_at,
        d.day_number AS day_number, d.month AS month, d.week_start AS week_start
    FROM traffic_account AS t
    INNER JOIN calendar AS d ON t.date = d.date
),
whole AS (
    SELECT
        t.account AS account, t.marketplace AS marketplace, t.currency AS currency, t.family AS family,
        t.ordered_product_sales AS sales_total, t.units_ordered AS units_total, t.sessions AS sessions,
        t.page_views AS page_views, t.units_refunded AS units_refunded, t.observed_at AS observed_at,
        m.start_date AS month, m.n_days AS n_days
    FROM traffic_account_month AS t
    INNER JOIN periods AS m ON t.period_start = m.start_date AND t.period_end = m.end_date
    WHERE t.period_certain AND m.kind = 'month'
),
child AS (
    SELECT
        t.account AS account, t.marketplace AS marketplace, t.currency AS currency, t.family AS family,
        t.ordered_product_sales AS sales_total, t.units_ordered AS units_total, t.page_views AS page_views,
        t.units_refunded AS units_refunded, t.observed_at AS observed_at, m.start_date AS month, m.n_days AS n_days
    FROM traffic_child AS t
    INNER JOIN periods AS m ON t.period_start = m.start_date AND t.period_end = m.end_date
    WHERE t.period_certain AND m.kind = 'month'
),
offered AS (
    SELECT
        'month' AS kind, month AS start_date, account, marketplace, currency, 1 AS rank, 'day' AS source,
        MIN(family) AS family, COUNT(DISTINCT day_number) AS n_days, SUM(sales_total) AS sales_total,
        SUM(units_total) AS units_total, SUM(sessions) AS sessions, SUM(page_views) AS page_views,
        SUM(units_refunded) AS units_refunded, MIN(observed_at) AS observed_at
    FROM day
    GROUP BY month, account, marketplace, currency
    UNION ALL
    SELECT
        'week' AS kind, week_start AS start_date, account, marketplace, currency, 1 AS rank, 'day' AS source,
        MIN(family) AS family, COUNT(DISTINCT day_number) AS n_days, SUM(sales_total) AS sales_total,
        SUM(units_total) AS units_total, SUM(sessions) AS sessions, SUM(page_views) AS page_views,
        SUM(units_refunded) AS units_refunded, MIN(observed_at) AS observed_at
    FROM day
    GROUP BY week_start, account, marketplace, currency
    UNION ALL
    SELECT
        'month' AS kind, month AS start_date, account, marketplace, currency, 2 AS rank, 'month' AS source,
        MIN(family) AS family, MAX(n_days) AS n_days, SUM(sales_total) AS sales_total,
        SUM(units_total) AS units_total, SUM(sessions) AS sessions, SUM(page_views) AS page_views,
        SUM(units_refunded) AS units_refunded, MIN(observed_at) AS observed_at
    FROM whole
    GROUP BY month, account, marketplace, currency
    UNION ALL
    -- Sessions of ASINs overlap and are not added.
    SELECT
        'month' AS kind, month AS start_date, account, marketplace, currency, 3 AS rank, 'child_asin' AS source,
        MIN(family) AS family, MAX(n_days) AS n_days, SUM(sales_total) AS sales_total,
        SUM(units_total) AS units_total, CAST(NULL AS BIGINT) AS sessions, SUM(page_views) AS page_views,
        SUM(units_refunded) AS units_refunded, MIN(observed_at) AS observed_at
    FROM child
    GROUP BY month, account, marketplace, currency
),
-- Days of a part of the month are worse than a report of all of it.
ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY kind, start_date, account, marketplace, currency ORDER BY 0 - n_days, rank
        ) AS nth
    FROM offered
)
SELECT
    kind, start_date, account, marketplace, currency, source, family, n_days, sales_total, units_total, sessions,
    page_views, units_refunded, observed_at
FROM ranked
WHERE nth = 1
