-- Every site by week, at the rate of the month in which the week begins.
SELECT
    start_date AS week_start, account, marketplace, currency, base_currency, rate, days_expected, days_covered, days_covered_ads,
    days_covered_sales, complete, mature, sales_source, impressions, clicks, ad_orders, spend, ad_sales, acos,
    sales_total, units_total, sessions, page_views, units_refunded, tacos, ad_sales_share, unit_session_rate,
    refund_rate, tax_rate, sales_net, spend_base, ad_sales_base, sales_total_base, spend_prev, ad_sales_prev,
    sales_total_prev, units_total_prev, spend_change, sales_total_change, observed_at
FROM site_all
WHERE kind = 'week'
