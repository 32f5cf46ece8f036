-- Advertising by own product, with what no product bears as rows of its own. By month.
SELECT
    start_date AS month, account, marketplace, ad_product, product, ad_row, mapped, owner, n_skus, currency,
    family, days_expected, days_covered, days_mature, complete, mature, attribution_days, impressions, clicks,
    spend, orders, units, sales, sales_same_sku, sales_other_sku, ctr, cpc, cvr, acos, roas, spend_no_sales,
    target_acos, acos_over_target, on_target, observed_at
FROM acos_product_all
WHERE kind = 'month'
