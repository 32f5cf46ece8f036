-- Traffic and sales of every parent ASIN by month, from the report by parent alone: sessions of children are not added.
SELECT
    month, account, marketplace, asin AS parent_asin, title, currency, source_kind, family, days_expected, days_covered,
    complete, mature, sessions, page_views, page_views_judged, page_views_won, buy_box_share, units_ordered, order_items,
    units_refunded, ordered_product_sales, tax_rate, sales_net, unit_session_rate, order_item_session_rate, refund_rate,
    average_price, sessions_prev, units_ordered_prev, ordered_product_sales_prev, unit_session_rate_prev,
    buy_box_share_prev, sessions_change, sales_change, unit_session_rate_delta, ordered_product_sales_prev_year,
    sales_change_year, observed_at
FROM traffic_all
WHERE level = 'parent'
