-- For every complete week of search-term data the trailing window that ends on the last day by then whose attribution
-- is complete: observed at least the attribution days and a wait after it. `days_covered` counts the days of the
-- window that are known, by terms or by a campaign report that saw no click. What is not complete is cut off.
WITH dated AS (
    SELECT
        account, marketplace, ad_product, date, CAST(observed_at AS DATE) AS observed_date,
        COALESCE(attribution_days, CASE WHEN ad_product = 'SP' THEN 7 ELSE 14 END) AS attribution_days
    FROM ads_search_term
),
term_day AS (
    SELECT
        t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product, t.date AS date,
        d.day_number AS day_number, d.week_start AS week_start,
        -- A day of observation that lies beyond the calendar is late enough: the calendar ends a year after all data.
        MIN(COALESCE(o.day_number, 2932896)) AS observed_day,
        MAX(t.attribution_days) AS attribution_days
    FROM dated AS t
    INNER JOIN calendar AS d ON t.date = d.date
    LEFT JOIN calendar AS o ON t.observed_date = o.date
    GROUP BY t.account, t.marketplace, t.ad_product, t.date, d.day_number, d.week_start
),
mature_day AS (
    SELECT t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product, t.day_number AS day_number
    FROM term_day AS t
    INNER JOIN weekly_rules AS r ON t.marketplace = r.marketplace
    WHERE t.observed_day >= t.day_number + t.attribution_days + r.attribution_wait_days
),
quiet_day AS (
    SELECT
        c.account AS account, c.marketplace AS marketplace, c.ad_product AS ad_product, d.day_number AS day_number
    FROM ads_campaign AS c
    INNER JOIN calendar AS d ON c.date = d.date
    GROUP BY c.account, c.marketplace, c.ad_product, d.day_number
    HAVING SUM(COALESCE(c.clicks, 0)) = 0
),
known_day AS (
    SELECT account, marketplace, ad_product, day_number FROM mature_day
    UNION
    SELECT account, marketplace, ad_product, day_number FROM quiet_day
),
last_day AS (
    SELECT account, marketplace, ad_product, MAX(day_number) AS last_day
    FROM term_day
    GROUP BY account, marketplace, ad_product
),
week AS (
    SELECT DISTINCT
        t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product, t.week_start AS week_start,
        w.day_number + 6 AS week_end_day
    FROM term_day AS t
    INNER JOIN calendar AS w ON t.week_start = w.date
),
week_complete AS (
    SELECT
        w.account AS account, w.marketplace AS marketplace, w.ad_product AS ad_product, w.week_start AS week_start,
        w.week_end_day AS week_end_day
    FROM week AS w
    INNER JOIN last_day AS l
        ON w.account = l.account AND w.marketplace = l.marketplace AND w.ad_product = l.ad_product
    WHERE w.week_end_day <= l.last_day
),
ended AS (
    SELECT
        w.account AS account, w.marketplace AS marketplace, w.ad_product AS ad_product, w.week_start AS week_start,
        MAX(m.day_number) AS window_end_day
    FROM week_complete AS w
    INNER JOIN mature_day AS m
        ON w.account = m.account AND w.marketplace = m.marketplace AND w.ad_product = m.ad_product
        AND m.day_number <= w.week_end_day
    GROUP BY w.account, w.marketplace, w.ad_product, w.week_start
),
spanned AS (
    SELECT
        e.account AS account, e.marketplace AS marketplace, e.ad_product AS ad_product, e.week_start AS week_start,
        e.window_end_day - r.wasted_window_days + 1 AS window_start_day, e.window_end_day AS window_end_day,
        r.wasted_window_days AS days_expected
    FROM ended AS e
    INNER JOIN weekly_rules AS r ON e.marketplace = r.marketplace
    WHERE r.wasted_window_days > 0
),
covered AS (
    SELECT
        s.account AS account, s.marketplace AS marketplace, s.ad_product AS ad_product, s.week_start AS week_start,
        COUNT(*) AS days_covered
    FROM spanned AS s
    INNER JOIN known_day AS k
        ON s.account = k.account AND s.marketplace = k.marketplace AND s.ad_product = k.ad_product
        AND k.day_number >= s.window_start_day AND k.day_number <= s.window_end_day
    GROUP BY s.account, s.marketplace, s.ad_product, s.week_start
)
SELECT
    s.week_start AS week_start, s.account AS account, s.marketplace AS marketplace, s.ad_product AS ad_product,
    s.window_start_day AS window_start_day, s.window_end_day AS window_end_day, b.date AS window_start,
    e.date AS window_end, s.days_expected AS days_expected, c.days_covered AS days_covered, TRUE AS mature
FROM spanned AS s
INNER JOIN covered AS c
    ON s.account = c.account AND s.marketplace = c.marketplace AND s.ad_product = c.ad_product
    AND s.week_start = c.week_start
INNER JOIN calendar AS b ON s.window_start_day = b.day_number
INNER JOIN calendar AS e ON s.window_end_day = e.day_number
