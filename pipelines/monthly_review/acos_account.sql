-- SP, SB and SD together, beside all that the account sold: ACOS and TACOS. By month.
SELECT
    start_date AS month, account, marketplace, currency, ad_products, ad_products_missing, source_kind, family,
    days_expected, days_covered, days_mature, complete, mature, attribution_days, n_campaigns, impressions,
    clicks, spend, orders, units, sales, ctr, cpc, cvr, acos, roas, spend_no_sales, target_acos,
    acos_over_target, on_target, sales_total, units_total, sales_total_days, sales_total_source,
    sales_total_comparable, tacos, tax_rate, tacos_net, ad_sales_share, spend_prev, sales_prev, acos_prev,
    tacos_prev, acos_delta, tacos_delta, spend_change, sales_change, observed_at
FROM acos_account_all
WHERE kind = 'month'
