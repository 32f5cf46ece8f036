-- Search terms summed over the window of each week. Days whose attribution is not complete are left out: an order may
-- still come.
WITH dated AS (
    SELECT
        *, CAST(observed_at AS DATE) AS observed_date,
        COALESCE(attribution_days, CASE WHEN ad_product = 'SP' THEN 7 ELSE 14 END) AS window_days
    FROM ads_search_term
),
mature AS (
    SELECT
        t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product, t.campaign AS campaign,
        t.ad_group AS ad_group, t.targeting AS targeting, t.match_type AS match_type, t.search_term AS search_term,
        t.portfolio AS portfolio, t.currency AS currency, t.family AS family, t.impressions AS impressions,
        t.clicks AS clicks, t.spend AS spend, t.orders AS orders, t.units AS units, t.sales AS sales,
        t.window_days AS window_days, t.observed_at AS observed_at, d.day_number AS day_number
    FROM dated AS t
    INNER JOIN calendar AS d ON t.date = d.date
    INNER JOIN weekly_rules AS r ON t.marketplace = r.marketplace
    LEFT JOIN calendar AS o ON t.observed_date = o.date
    -- An observation beyond the calendar is late enough.
    WHERE COALESCE(o.day_number, 2932896) >= d.day_number + t.window_days + r.attribution_wait_days
),
mature_day AS (
    SELECT DISTINCT account, marketplace, ad_product, day_number FROM mature
),
-- The days of each window, so that the rows join on equality alone.
window_day AS (
    SELECT
        w.week_start AS week_start, w.account AS account, w.marketplace AS marketplace, w.ad_product AS ad_product,
        d.day_number AS day_number
    FROM search_term_window_of_days AS w
    INNER JOIN mature_day AS d
        ON w.account = d.account AND w.marketplace = d.marketplace AND w.ad_product = d.ad_product
        AND w.window_start_day <= d.day_number AND w.window_end_day >= d.day_number
)
SELECT
    w.week_start AS week_start, t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product,
    t.campaign AS campaign, t.ad_group AS ad_group, t.targeting AS targeting, t.match_type AS match_type,
    t.search_term AS search_term, MIN(t.portfolio) AS portfolio, MIN(t.currency) AS currency,
    CASE WHEN MIN(t.family) = MAX(t.family) THEN MIN(t.family) ELSE 'mixed' END AS family,
    SUM(t.impressions) AS impressions, SUM(t.clicks) AS clicks, SUM(t.spend) AS spend, SUM(t.orders) AS orders,
    SUM(t.units) AS units, SUM(t.sales) AS sales, MAX(t.window_days) AS attribution_days,
    MAX(t.observed_at) AS observed_at
FROM mature AS t
INNER JOIN window_day AS w
    ON t.account = w.account AND t.marketplace = w.marketplace AND t.ad_product = w.ad_product
    AND t.day_number = w.day_number
GROUP BY
    w.week_start, t.account, t.marketplace, t.ad_product, t.campaign, t.ad_group, t.targeting, t.match_type,
    t.search_term
