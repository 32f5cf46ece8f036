-- Windows from reports that tell a span of days as a whole, which is how most search term reports are downloaded. A span
-- belongs to the week in which it ends. It cannot be cut where attribution is not complete: then it is not mature. Of
-- several spans that end in one week the last end counts, then the length that is nearest to the window's.
WITH dated AS (
    SELECT
        account, marketplace, ad_product, family, period_start, period_end, CAST(observed_at AS DATE) AS observed_date,
        COALESCE(attribution_days, CASE WHEN ad_product = 'SP' THEN 7 ELSE 14 END) AS attribution_days
    FROM ads_search_term_range
),
placed AS (
    SELECT
        d.account AS account, d.marketplace AS marketplace, d.ad_product AS ad_product, d.family AS family,
        d.period_start AS period_start, d.period_end AS period_end, s.day_number AS window_start_day,
        e.day_number AS window_end_day, e.week_start AS week_start, d.attribution_days AS attribution_days,
        COALESCE(o.day_number, 2932896) AS observed_day
    FROM dated AS d
    INNER JOIN calendar AS s ON d.period_start = s.date
    INNER JOIN calendar AS e ON d.period_end = e.date
    LEFT JOIN calendar AS o ON d.observed_date = o.date
),
span AS (
    SELECT
        account, marketplace, ad_product, family, period_start, period_end, window_start_day, window_end_day,
        week_start, MIN(observed_day) AS observed_day, MAX(attribution_days) AS attribution_days
    FROM placed
    GROUP BY
        account, marketplace, ad_product, family, period_start, period_end, window_start_day, window_end_day,
        week_start
),
judged AS (
    SELECT
        s.week_start AS week_start, s.account AS account, s.marketplace AS marketplace, s.ad_product AS ad_product,
        s.family AS family, s.window_start_day AS window_start_day, s.window_end_day AS window_end_day,
        s.period_start AS window_start, s.period_end AS window_end, r.wasted_window_days AS days_expected,
        LEAST(s.window_end_day - s.window_start_day + 1, r.wasted_window_days) AS days_covered,
        s.observed_day >= s.window_end_day + s.attribution_days + r.attribution_wait_days AS mature,
        s.observed_day AS observed_day,
        0 - ABS(s.window_end_day - s.window_start_day + 1 - r.wasted_window_days) AS closeness
    FROM span AS s
    INNER JOIN weekly_rules AS r ON s.marketplace = r.marketplace
    WHERE r.wasted_window_days > 0
),
ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY week_start, account, marketplace, ad_product
            ORDER BY window_end_day DESC NULLS LAST, closeness DESC NULLS LAST, observed_day DESC NULLS LAST,
                family DESC NULLS LAST
        ) AS nth
    FROM judged
)
SELECT
    week_start, account, marketplace, ad_product, window_start_day, window_end_day, window_start, window_end,
    days_expected, days_covered, mature, family
FROM ranked
WHERE nth = 1
