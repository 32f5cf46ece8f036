-- Traffic of a month beside the month before and the year before, with what of the sales is tax.
SELECT
    c.level AS level, c.account AS account, c.marketplace AS marketplace, c.month AS month, c.month_end AS month_end,
    c.currency AS currency, c.asin AS asin, c.parent_asin AS parent_asin, c.title AS title,
    c.source_kind AS source_kind, c.family AS family, c.days_expected AS days_expected,
    c.days_covered AS days_covered, c.complete AS complete, c.mature AS mature, c.sessions AS sessions,
    c.page_views AS page_views, c.page_views_judged AS page_views_judged, c.page_views_won AS page_views_won,
    c.buy_box_share AS buy_box_share, c.units_ordered AS units_ordered, c.order_items AS order_items,
    c.units_refunded AS units_refunded, c.ordered_product_sales AS ordered_product_sales, x.rate AS tax_rate,
    CAST(c.ordered_product_sales AS DOUBLE) / NULLIF(1 + CAST(x.rate AS DOUBLE), 0) AS sales_net,
    c.unit_session_rate AS unit_session_rate, c.order_item_session_rate AS order_item_session_rate,
    c.refund_rate AS refund_rate, c.average_price AS average_price, p.sessions AS sessions_prev,
    p.units_ordered AS units_ordered_prev, p.ordered_product_sales AS ordered_product_sales_prev,
    p.unit_session_rate AS unit_session_rate_prev, p.buy_box_share AS buy_box_share_prev,
    CASE
        WHEN c.complete AND p.complete THEN CAST(c.sessions AS DOUBLE) / NULLIF(CAST(p.sessions AS DOUBLE), 0) - 1
    END AS sessions_change,
    CASE
        WHEN c.complete AND p.complete
            THEN CAST(c.ordered_product_sales AS DOUBLE) / NULLIF(CAST(p.ordered_product_sales AS DOUBLE), 0) - 1
    END AS sales_change,
    CASE WHEN c.complete AND p.complete THEN c.unit_session_rate - p.unit_session_rate END AS unit_session_rate_delta,
    y.ordered_product_sales AS ordered_product_sales_prev_year,
    CASE
        WHEN c.complete AND y.complete
            THEN CAST(c.ordered_product_sales AS DOUBLE) / NULLIF(CAST(y.ordered_product_sales AS DOUBLE), 0) - 1
    END AS sales_change_year,
    c.observed_at AS observed_at
FROM traffic_line AS c
LEFT JOIN traffic_line AS p
    ON c.level = p.level AND c.month_before = p.month AND c.account = p.account AND c.marketplace = p.marketplace
    AND c.asin = p.asin AND c.currency = p.currency
LEFT JOIN traffic_line AS y
    ON c.level = y.level AND c.year_before = y.month AND c.account = y.account AND c.marketplace = y.marketplace
    AND c.asin = y.asin AND c.currency = y.currency
LEFT JOIN tax_month AS x ON c.month = x.month AND c.marketplace = x.marketplace
