-- Every campaign beside the period before. By week, of days alone; weeks are never summed into months.
SELECT
    start_date AS week_start, account, marketplace, ad_product, campaign, campaign_id, portfolio, currency,
    family, days_expected, days_covered, days_mature, days_active, complete, mature, attribution_days,
    impressions, clicks, spend, orders, units, sales, ctr, cpc, cvr, acos, roas, spend_no_sales, spend_share,
    target_acos, acos_over_target, on_target, spend_prev, sales_prev, acos_prev, acos_delta, spend_change,
    sales_change, observed_at
FROM acos_campaign_all
WHERE kind = 'week'
