-- Traffic and sales of every child ASIN by month.
WITH mapped AS (
    SELECT
        t.month AS month, t.account AS account, t.marketplace AS marketplace, t.asin AS asin, MIN(s.product) AS product,
        MIN(s.owner) AS owner
    FROM traffic_all AS t
    INNER JOIN product_span AS s
        ON t.account = s.account AND t.marketplace = s.marketplace AND t.asin = s.key
        AND t.month_end >= s.valid_from AND t.month_end < s.valid_until
    WHERE t.level = 'child' AND s.key_kind = 'asin'
    GROUP BY t.month, t.account, t.marketplace, t.asin
)
SELECT
    t.month AS month, t.account AS account, t.marketplace AS marketplace, t.asin AS child_asin,
    t.parent_asin AS parent_asin, t.title AS title, COALESCE(m.product, t.asin) AS product,
    m.product IS NOT NULL AS mapped, m.owner AS owner, t.currency AS currency, t.source_kind AS source_kind,
    t.family AS family, t.days_expected AS days_expected, t.days_covered AS days_covered, t.complete AS complete,
    t.mature AS mature, t.sessions AS sessions, t.page_views AS page_views, t.page_views_judged AS page_views_judged,
    t.page_views_won AS page_views_won, t.buy_box_share AS buy_box_share, t.units_ordered AS units_ordered,
    t.order_items AS order_items, t.units_refunded AS units_refunded,
    t.ordered_product_sales AS ordered_product_sales, t.tax_rate AS tax_rate, t.sales_net AS sales_net,
    t.unit_session_rate AS unit_session_rate, t.order_item_session_rate AS order_item_session_rate,
    t.refund_rate AS refund_rate, t.average_price AS average_price, t.sessions_prev AS sessions_prev,
    t.units_ordered_prev AS units_ordered_prev, t.ordered_product_sales_prev AS ordered_product_sales_prev,
    t.unit_session_rate_prev AS unit_session_rate_prev, t.buy_box_share_prev AS buy_box_share_prev,
    t.sessions_change AS sessions_change, t.sales_change AS sales_change,
    t.unit_session_rate_delta AS unit_session_rate_delta,
    t.ordered_product_sales_prev_year AS ordered_product_sales_prev_year, t.sales_change_year AS sales_change_year,
    t.observed_at AS observed_at
FROM traffic_all AS t
LEFT JOIN mapped AS m
    ON t.month = m.month AND t.account = m.account AND t.marketplace = m.marketplace AND t.asin = m.asin
WHERE t.level = 'child'
