-- Brand against non-brand, and one row for what the campaigns spent beyond the terms: reports list only terms with a
-- click, so the difference is no waste.
WITH classed AS (
    SELECT
        l.kind AS kind, l.start_date AS start_date, l.account AS account, l.marketplace AS marketplace,
        l.ad_product AS ad_product, l.currency AS currency, COALESCE(c.term_class, 'generic') AS term_class,
        COUNT(DISTINCT l.search_term) AS n_terms,
        CASE WHEN MIN(l.family_first) = MAX(l.family_last) THEN MIN(l.family_first) ELSE 'mixed' END AS family,
        MAX(l.attribution_days) AS attribution_days, SUM(l.impressions) AS impressions, SUM(l.clicks) AS clicks,
        SUM(l.spend) AS spend, SUM(l.orders) AS orders, SUM(l.units) AS units, SUM(l.sales) AS sales,
        MIN(l.observed_at) AS observed_at
    FROM ads_term_line AS l
    LEFT JOIN term_class AS c ON l.marketplace = c.marketplace AND l.search_term = c.search_term
    GROUP BY
        l.kind, l.start_date, l.account, l.marketplace, l.ad_product, l.currency, COALESCE(c.term_class, 'generic')
    UNION ALL
    SELECT
        kind, start_date, account, marketplace, ad_product, currency, 'no_term' AS term_class, 0 AS n_terms, family,
        attribution_days, impressions, clicks, spend, orders, units, sales, observed_at
    FROM ads_rest
    WHERE level = 'term' AND (spend <> 0 OR sales <> 0 OR impressions <> 0)
),
own_unit AS (
    SELECT kind, start_date, account, marketplace, ad_product, unit, MAX(n_days) AS n_days, MIN(n_mature) AS n_mature
    FROM ads_term_line
    GROUP BY kind, start_date, account, marketplace, ad_product, unit
),
own AS (
    SELECT
        kind, start_date, account, marketplace, ad_product, SUM(n_days) AS days_own, SUM(n_mature) AS days_own_mature
    FROM own_unit
    GROUP BY kind, start_date, account, marketplace, ad_product
),
rest AS (
    SELECT
        kind, start_date, account, marketplace, ad_product, MAX(days_fine) AS days_fine,
        MAX(days_fine_mature) AS days_fine_mature
    FROM ads_rest
    WHERE level = 'term'
    GROUP BY kind, start_date, account, marketplace, ad_product
),
covered AS (
    SELECT
        c.kind AS kind, c.start_date AS start_date, c.account AS account, c.marketplace AS marketplace,
        c.ad_product AS ad_product, c.term_class AS term_class, c.n_terms AS n_terms, c.currency AS currency,
        c.family AS family, e.n_days AS days_expected, COALESCE(r.days_fine, o.days_own, 0) AS days_covered,
        COALESCE(r.days_fine_mature, o.days_own_mature, 0) AS days_mature, c.attribution_days AS attribution_days,
        c.impressions AS impressions, c.clicks AS clicks, c.spend AS spend, c.orders AS orders, c.units AS units,
        c.sales AS sales, c.observed_at AS observed_at
    FROM classed AS c
    INNER JOIN periods AS e ON c.kind = e.kind AND c.start_date = e.start_date
    LEFT JOIN own AS o
        ON c.kind = o.kind AND c.start_date = o.start_date AND c.account = o.account AND c.marketplace = o.marketplace
        AND c.ad_product = o.ad_product
    LEFT JOIN rest AS r
        ON c.kind = r.kind AND c.start_date = r.start_date AND c.account = r.account AND c.marketplace = r.marketplace
        AND c.ad_product = r.ad_product
)
SELECT
    kind, start_date, account, marketplace, ad_product, term_class, n_terms, currency, family, days_expected,
    days_covered, days_mature, days_covered >= days_expected AS complete, days_mature >= days_covered AS mature,
    attribution_days, impressions, clicks, spend, orders, units, sales,
    CAST(clicks AS DOUBLE) / NULLIF(CAST(impressions AS DOUBLE), 0) AS ctr,
    CAST(spend AS DOUBLE) / NULLIF(CAST(clicks AS DOUBLE), 0) AS cpc,
    CAST(orders AS DOUBLE) / NULLIF(CAST(clicks AS DOUBLE), 0) AS cvr,
    CASE WHEN term_class <> 'no_term' THEN CAST(spend AS DOUBLE) / NULLIF(CAST(sales AS DOUBLE), 0) END AS acos,
    CAST(sales AS DOUBLE) / NULLIF(CAST(spend AS DOUBLE), 0) AS roas,
    COALESCE(spend > 0 AND sales = 0, FALSE) AS spend_no_sales, observed_at
FROM covered
