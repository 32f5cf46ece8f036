-- Traffic by month of child and of parent ASINs, each from its own report, for sessions of children overlap and never
-- add up to those of their parent. Days, or the report of the whole month where it knows more days; never both.
WITH line AS (
    SELECT
        'child' AS level, account, marketplace, family, currency, child_asin AS asin, parent_asin, title,
        period_start, period_end, sessions, page_views, buy_box_share, units_ordered, order_items,
        ordered_product_sales, units_refunded, observed_at, CAST(observed_at AS DATE) AS observed_date
    FROM traffic_child
    WHERE period_certain AND child_asin IS NOT NULL
    UNION ALL
    SELECT
        'parent' AS level, account, marketplace, family, currency, parent_asin AS asin, parent_asin, title,
        period_start, period_end, sessions, page_views, buy_box_share, units_ordered, order_items,
        ordered_product_sales, units_refunded, observed_at, CAST(observed_at AS DATE) AS observed_date
    FROM traffic_parent
    WHERE period_certain AND parent_asin IS NOT NULL
),
placed AS (
    SELECT
        l.level AS level, l.account AS account, l.marketplace AS marketplace, l.family AS family,
        l.currency AS currency, l.asin AS asin, l.parent_asin AS parent_asin, l.title AS title,
        l.sessions AS sessions, l.page_views AS page_views, l.buy_box_share AS buy_box_share,
        l.units_ordered AS units_ordered, l.order_items AS order_items,
        l.ordered_product_sales AS ordered_product_sales, l.units_refunded AS units_refunded,
        l.observed_at AS observed_at, b.month AS month,
        CASE WHEN l.period_start = l.period_end THEN 'day' ELSE 'month_range' END AS source_kind,
        CASE WHEN l.period_start = l.period_end THEN b.day_number ELSE 0 END AS unit,
        e.day_number - b.day_number + 1 AS n_days,
        o.day_number >= e.day_number + COALESCE(r.traffic_wait_days, 0) AS is_mature
    FROM line AS l
    INNER JOIN calendar AS b ON l.period_start = b.date
    INNER JOIN calendar AS e ON l.period_end = e.date
    LEFT JOIN calendar AS o ON l.observed_date = o.date
    LEFT JOIN monthly_rules AS r ON l.marketplace = r.marketplace
    WHERE l.period_start = l.period_end OR (l.period_start = b.month AND l.period_end = b.month_end)
),
known AS (
    SELECT DISTINCT level, account, marketplace, month, source_kind, unit, n_days FROM placed
),
reach AS (
    SELECT level, account, marketplace, month, source_kind, SUM(n_days) AS days_covered
    FROM known
    GROUP BY level, account, marketplace, month, source_kind
),
ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY level, account, marketplace, month ORDER BY 0 - days_covered, source_kind
        ) AS nth
    FROM reach
),
chosen AS (
    SELECT level, account, marketplace, month, source_kind, days_covered FROM ranked WHERE nth = 1
),
summed AS (
    SELECT
        level, account, marketplace, month, source_kind, currency, asin, MIN(parent_asin) AS parent_asin,
        MIN(title) AS title, CASE WHEN MIN(family) = MAX(family) THEN MIN(family) ELSE 'mixed' END AS family,
        MIN(CASE WHEN is_mature THEN 1 ELSE 0 END) = 1 AS mature, SUM(sessions) AS sessions,
        SUM(page_views) AS page_views,
        SUM(CASE WHEN buy_box_share IS NOT NULL THEN page_views END) AS page_views_judged,
        -- In millionths of a view: a sum of doubles depends on their order.
        CAST(SUM(page_views * CAST(FLOOR(buy_box_share * 1000000 + 0.5) AS BIGINT)) AS DOUBLE) / 1000000
            AS page_views_won,
        SUM(units_ordered) AS units_ordered,
        SUM(order_items) AS order_items, SUM(units_refunded) AS units_refunded,
        SUM(ordered_product_sales) AS ordered_product_sales, MIN(observed_at) AS observed_at
    FROM placed
    GROUP BY level, account, marketplace, month, source_kind, currency, asin
)
SELECT
    s.level AS level, s.account AS account, s.marketplace AS marketplace, s.month AS month, p.end_date AS month_end,
    CAST(s.month - INTERVAL '1 month' AS DATE) AS month_before,
    CAST(s.month - INTERVAL '1 year' AS DATE) AS year_before, s.currency AS currency, s.asin AS asin,
    s.parent_asin AS parent_asin, s.title AS title, s.source_kind AS source_kind, s.family AS family,
    p.n_days AS days_expected, c.days_covered AS days_covered, c.days_covered >= p.n_days AS complete,
    s.mature AS mature, s.sessions AS sessions, s.page_views AS page_views,
    s.page_views_judged AS page_views_judged, s.page_views_won AS page_views_won,
    s.page_views_won / NULLIF(CAST(s.page_views_judged AS DOUBLE), 0) AS buy_box_share,
    s.units_ordered AS units_ordered, s.order_items AS order_items, s.units_refunded AS units_refunded,
    s.ordered_product_sales AS ordered_product_sales,
    CAST(s.units_ordered AS DOUBLE) / NULLIF(CAST(s.sessions AS DOUBLE), 0) AS unit_session_rate,
    CAST(s.order_items AS DOUBLE) / NULLIF(CAST(s.sessions AS DOUBLE), 0) AS order_item_session_rate,
    CAST(s.units_refunded AS DOUBLE) / NULLIF(CAST(s.units_ordered AS DOUBLE), 0) AS refund_rate,
    CAST(s.ordered_product_sales AS DOUBLE) / NULLIF(CAST(s.units_ordered AS DOUBLE), 0) AS average_price,
    s.observed_at AS observed_at
FROM summed AS s
INNER JOIN chosen AS c
    ON s.level = c.level AND s.account = c.account AND s.marketplace = c.marketplace AND s.month = c.month
    AND s.source_kind = c.source_kind
INNER JOIN periods AS p ON s.month = p.start_date
WHERE p.kind = 'month'
