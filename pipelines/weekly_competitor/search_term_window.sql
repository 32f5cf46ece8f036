-- The window of each week: from days, where a report tells days, else from a report that tells a span as a whole.
SELECT
    week_start, account, marketplace, ad_product, window_start_day, window_end_day, window_start, window_end,
    days_expected, days_covered, mature, CAST(NULL AS VARCHAR) AS range_family
FROM search_term_window_of_days
UNION ALL
SELECT
    r.week_start AS week_start, r.account AS account, r.marketplace AS marketplace, r.ad_product AS ad_product,
    r.window_start_day AS window_start_day, r.window_end_day AS window_end_day, r.window_start AS window_start,
    r.window_end AS window_end, r.days_expected AS days_expected, r.days_covered AS days_covered,
    r.mature AS mature, r.family AS range_family
FROM search_term_window_of_ranges AS r
LEFT JOIN search_term_window_of_days AS d
    ON r.week_start = d.week_start AND r.account = d.account AND r.marketplace = d.marketplace
    AND r.ad_product = d.ad_product
WHERE d.week_start IS NULL
