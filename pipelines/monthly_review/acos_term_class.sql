-- Brand terms against the others, with what no listed term bears as rows of its own. By month.
SELECT
    start_date AS month, account, marketplace, ad_product, term_class, n_terms, currency, family, days_expected,
    days_covered, days_mature, complete, mature, attribution_days, impressions, clicks, spend, orders, units,
    sales, ctr, cpc, cvr, acos, roas, spend_no_sales, observed_at
FROM acos_term_class_all
WHERE kind = 'month'
