-- Words and word groups of search terms, over the mature window of each week: what is spent and earned on all terms
-- that hold them. One that stands in a single term only is that term, and is left to `wasted_keyword`. A term counts in
-- every group that it holds, so rows are never added up.
WITH counted AS (
    SELECT
        t.week_start AS week_start, t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product,
        g.n_words AS n_words, g.ngram AS ngram, COUNT(DISTINCT t.search_term) AS n_terms,
        MIN(t.currency) AS currency,
        CASE WHEN MIN(t.family) = MAX(t.family) THEN MIN(t.family) ELSE 'mixed' END AS family,
        SUM(t.impressions) AS impressions, SUM(t.clicks) AS clicks, SUM(t.spend) AS spend, SUM(t.orders) AS orders,
        SUM(t.units) AS units, SUM(t.sales) AS sales, MAX(t.attribution_days) AS attribution_days
    FROM search_term_total AS t
    INNER JOIN term_gram AS g ON t.marketplace = g.marketplace AND t.search_term = g.search_term
    GROUP BY t.week_start, t.account, t.marketplace, t.ad_product, g.n_words, g.ngram
),
-- A term that sells under one target is not idle under another: idle is the whole term.
term AS (
    SELECT
        week_start, account, marketplace, ad_product, search_term, SUM(spend) AS spend, SUM(orders) AS orders
    FROM search_term_total
    GROUP BY week_start, account, marketplace, ad_product, search_term
),
idle AS (
    SELECT
        t.week_start AS week_start, t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product,
        g.n_words AS n_words, g.ngram AS ngram, SUM(t.spend) AS spend_no_order, COUNT(*) AS n_terms_no_order
    FROM term AS t
    INNER JOIN term_gram AS g ON t.marketplace = g.marketplace AND t.search_term = g.search_term
    WHERE t.orders = 0
    GROUP BY t.week_start, t.account, t.marketplace, t.ad_product, g.n_words, g.ngram
)
SELECT
    c.week_start AS week_start, c.account AS account, c.marketplace AS marketplace, c.ad_product AS ad_product,
    c.n_words AS n_words, c.ngram AS ngram, c.n_terms AS n_terms, w.window_start AS window_start,
    w.window_end AS window_end, w.days_expected AS days_expected, w.days_covered AS days_covered, w.mature AS mature,
    c.attribution_days AS attribution_days, c.family AS family, c.currency AS currency,
    c.impressions AS impressions, c.clicks AS clicks, c.spend AS spend, c.orders AS orders, c.units AS units,
    c.sales AS sales, CAST(c.clicks AS DOUBLE) / NULLIF(CAST(c.impressions AS DOUBLE), 0) AS ctr,
    CAST(c.spend AS DOUBLE) / NULLIF(CAST(c.clicks AS DOUBLE), 0) AS cpc,
    CAST(c.orders AS DOUBLE) / NULLIF(CAST(c.clicks AS DOUBLE), 0) AS cvr,
    CAST(c.spend AS DOUBLE) / NULLIF(CAST(c.sales AS DOUBLE), 0) AS acos,
    COALESCE(i.n_terms_no_order, 0) AS n_terms_no_order,
    COALESCE(i.spend_no_order, CAST(0 AS DECIMAL(18, 4))) AS spend_no_order
FROM counted AS c
INNER JOIN search_term_window AS w
    ON c.week_start = w.week_start AND c.account = w.account AND c.marketplace = w.marketplace
    AND c.ad_product = w.ad_product
LEFT JOIN idle AS i
    ON c.week_start = i.week_start AND c.account = i.account AND c.marketplace = i.marketplace
    AND c.ad_product = i.ad_product AND c.n_words = i.n_words AND c.ngram = i.ngram
WHERE c.n_terms >= 2
