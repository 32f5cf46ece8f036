-- What the campaigns of a period spent and sold beyond the rows of products and beyond those of search terms, over the
-- days on which campaigns are known. Also how much of the period those finer reports cover: a day on which no campaign
-- had a click has no search terms and is covered.
WITH fine AS (
    SELECT
        'product' AS level, kind, start_date, account, marketplace, ad_product, currency, unit, n_days, n_mature,
        impressions, clicks, spend, orders, units, sales
    FROM ads_product_line
    UNION ALL
    SELECT
        'term' AS level, kind, start_date, account, marketplace, ad_product, currency, unit, n_days, n_mature,
        impressions, clicks, spend, orders, units, sales
    FROM ads_term_line
),
fine_unit AS (
    SELECT
        level, kind, start_date, account, marketplace, ad_product, currency, unit, MAX(n_days) AS n_days,
        MIN(n_mature) AS n_mature, SUM(impressions) AS impressions, SUM(clicks) AS clicks, SUM(spend) AS spend,
        SUM(orders) AS orders, SUM(units) AS units, SUM(sales) AS sales
    FROM fine
    GROUP BY level, kind, start_date, account, marketplace, ad_product, currency, unit
),
campaign_unit AS (
    SELECT
        kind, start_date, account, marketplace, ad_product, currency, unit, MAX(n_days) AS n_days,
        MIN(n_mature) AS n_mature, SUM(COALESCE(clicks, 0)) AS clicks
    FROM ads_campaign_line
    GROUP BY kind, start_date, account, marketplace, ad_product, currency, unit
),
campaign AS (
    SELECT
        kind, start_date, account, marketplace, ad_product, currency,
        MAX(CASE WHEN unit = 0 THEN 1 ELSE 0 END) = 1 AS is_range, MIN(family_first) AS family_first,
        MAX(family_last) AS family_last, SUM(impressions) AS impressions, SUM(clicks) AS clicks, SUM(spend) AS spend,
        SUM(orders) AS orders, SUM(units) AS units, SUM(sales) AS sales, MAX(attribution_days) AS attribution_days,
        MIN(observed_at) AS observed_at
    FROM ads_campaign_line
    GROUP BY kind, start_date, account, marketplace, ad_product, currency
),
-- Rows of days that no campaign report knows are not taken off what campaigns spent.
within AS (
    SELECT
        f.level AS level, f.kind AS kind, f.start_date AS start_date, f.account AS account,
        f.marketplace AS marketplace, f.ad_product AS ad_product, f.currency AS currency, SUM(f.n_days) AS days_fine,
        SUM(f.n_mature) AS days_mature,
        SUM(CASE WHEN u.unit IS NOT NULL OR c.is_range OR f.unit = 0 THEN f.impressions END) AS impressions,
        SUM(CASE WHEN u.unit IS NOT NULL OR c.is_range OR f.unit = 0 THEN f.clicks END) AS clicks,
        SUM(CASE WHEN u.unit IS NOT NULL OR c.is_range OR f.unit = 0 THEN f.spend END) AS spend,
        SUM(CASE WHEN u.unit IS NOT NULL OR c.is_range OR f.unit = 0 THEN f.orders END) AS orders,
        SUM(CASE WHEN u.unit IS NOT NULL OR c.is_range OR f.unit = 0 THEN f.units END) AS units,
        SUM(CASE WHEN u.unit IS NOT NULL OR c.is_range OR f.unit = 0 THEN f.sales END) AS sales
    FROM fine_unit AS f
    LEFT JOIN campaign_unit AS u
        ON f.kind = u.kind AND f.start_date = u.start_date AND f.account = u.account AND f.marketplace = u.marketplace
        AND f.ad_product = u.ad_product AND f.currency = u.currency AND f.unit = u.unit
    LEFT JOIN campaign AS c
        ON f.kind = c.kind AND f.start_date = c.start_date AND f.account = c.account AND f.marketplace = c.marketplace
        AND f.ad_product = c.ad_product AND f.currency = c.currency
    GROUP BY f.level, f.kind, f.start_date, f.account, f.marketplace, f.ad_product, f.currency
),
level AS (
    SELECT v.level AS level FROM (VALUES ('product'), ('term')) AS v(level)
),
quiet AS (
    SELECT
        l.level AS level, u.kind AS kind, u.start_date AS start_date, u.account AS account,
        u.marketplace AS marketplace, u.ad_product AS ad_product, u.currency AS currency, SUM(u.n_days) AS days_quiet,
        SUM(u.n_mature) AS days_quiet_mature
    FROM campaign_unit AS u
    CROSS JOIN level AS l
    LEFT JOIN fine_unit AS f
        ON l.level = f.level AND u.kind = f.kind AND u.start_date = f.start_date AND u.account = f.account
        AND u.marketplace = f.marketplace AND u.ad_product = f.ad_product AND u.currency = f.currency
        AND u.unit = f.unit
    WHERE u.clicks = 0 AND f.unit IS NULL AND u.unit <> 0
    GROUP BY l.level, u.kind, u.start_date, u.account, u.marketplace, u.ad_product, u.currency
)
SELECT
    l.level AS level, c.kind AS kind, c.start_date AS start_date, c.account AS account, c.marketplace AS marketplace,
    c.ad_product AS ad_product, c.currency AS currency,
    CASE WHEN c.family_first = c.family_last THEN c.family_first ELSE 'mixed' END AS family,
    COALESCE(w.days_fine, 0) + COALESCE(q.days_quiet, 0) AS days_fine,
    COALESCE(w.days_mature, 0) + COALESCE(q.days_quiet_mature, 0) AS days_fine_mature,
    c.impressions - COALESCE(w.impressions, 0) AS impressions, c.clicks - COALESCE(w.clicks, 0) AS clicks,
    c.spend - COALESCE(w.spend, 0) AS spend, c.orders - COALESCE(w.orders, 0) AS orders,
    c.units - COALESCE(w.units, 0) AS units, c.sales - COALESCE(w.sales, 0) AS sales,
    c.attribution_days AS attribution_days, c.observed_at AS observed_at
FROM campaign AS c
CROSS JOIN level AS l
LEFT JOIN within AS w
    ON l.level = w.level AND c.kind = w.kind AND c.start_date = w.start_date AND c.account = w.account
    AND c.marketplace = w.marketplace AND c.ad_product = w.ad_product AND c.currency = w.currency
LEFT JOIN quiet AS q
    ON l.level = q.level AND c.kind = q.kind AND c.start_date = q.start_date AND c.account = q.account
    AND c.marketplace = q.marketplace AND c.ad_product = q.ad_product AND c.currency = q.currency
