-- Search terms summed over the window of each week.
SELECT
    week_start, account, marketplace, ad_product, campaign, ad_group, targeting, match_type, search_term, portfolio,
    currency, family, impressions, clicks, spend, orders, units, sales, attribution_days, observed_at
FROM search_term_total_of_days
UNION ALL
SELECT
    w.week_start AS week_start, t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product,
    t.campaign AS campaign, t.ad_group AS ad_group, t.targeting AS targeting, t.match_type AS match_type,
    t.search_term AS search_term, MIN(t.portfolio) AS portfolio, MIN(t.currency) AS currency,
    MIN(t.family) AS family, SUM(t.impressions) AS impressions, SUM(t.clicks) AS clicks, SUM(t.spend) AS spend,
    SUM(t.orders) AS orders, SUM(t.units) AS units, SUM(t.sales) AS sales,
    MAX(COALESCE(t.attribution_days, CASE WHEN t.ad_product = 'SP' THEN 7 ELSE 14 END)) AS attribution_days,
    MAX(t.observed_at) AS observed_at
FROM ads_search_term_range AS t
INNER JOIN search_term_window AS w
    ON t.account = w.account AND t.marketplace = w.marketplace AND t.ad_product = w.ad_product
    AND t.family = w.range_family AND t.period_start = w.window_start AND t.period_end = w.window_end
GROUP BY
    w.week_start, t.account, t.marketplace, t.ad_product, t.campaign, t.ad_group, t.targeting, t.match_type,
    t.search_term
