-- Every row of search terms with a key for the ad group that two tables can be joined by: Sponsored Brands may have none.
-- Where no report tells days, the last span that one tells as a whole, dated by its end.
WITH daily AS (
    SELECT DISTINCT account, marketplace, ad_product, TRUE AS is_daily FROM ads_search_term
),
last_span AS (
    SELECT
        r.account AS account, r.marketplace AS marketplace, r.ad_product AS ad_product,
        r.window_start AS window_start, r.window_end AS window_end, r.family AS family,
        ROW_NUMBER() OVER (
            PARTITION BY r.account, r.marketplace, r.ad_product ORDER BY r.window_end DESC NULLS LAST
        ) AS nth
    FROM search_term_window_of_ranges AS r
    LEFT JOIN daily AS d
        ON r.account = d.account AND r.marketplace = d.marketplace AND r.ad_product = d.ad_product
    WHERE d.is_daily IS NULL
)
SELECT
    account, marketplace, ad_product, campaign, COALESCE(ad_group, '') AS ad_group_key, search_term, date, clicks,
    orders, units, spend, sales, currency
FROM ads_search_term
UNION ALL
SELECT
    t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product, t.campaign AS campaign,
    COALESCE(t.ad_group, '') AS ad_group_key, t.search_term AS search_term, t.period_end AS date,
    t.clicks AS clicks, t.orders AS orders, t.units AS units, t.spend AS spend, t.sales AS sales,
    t.currency AS currency
FROM ads_search_term_range AS t
INNER JOIN last_span AS s
    ON t.account = s.account AND t.marketplace = s.marketplace AND t.ad_product = s.ad_product
    AND t.family = s.family AND t.period_start = s.window_start AND t.period_end = s.window_end
WHERE s.nth = 1
