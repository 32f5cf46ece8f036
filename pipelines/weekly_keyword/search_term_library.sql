-- Every search term that a product is known to sell or rank by, that its competitors rank by, or that the team wrote
-- down, with the state that the team gave it in its file; what it has not seen yet is a candidate.
WITH joined AS (
    SELECT
        account, marketplace, product, term,
        MAX(CASE WHEN source = 'order' THEN 1 ELSE 0 END) AS n_order,
        MAX(CASE WHEN source = 'rank' THEN 1 ELSE 0 END) AS n_rank,
        MAX(CASE WHEN source = 'gap' THEN 1 ELSE 0 END) AS n_gap,
        MAX(CASE WHEN source = 'query' THEN 1 ELSE 0 END) AS n_query,
        MAX(CASE WHEN source = 'team' THEN 1 ELSE 0 END) AS n_team,
        SUM(clicks) AS clicks, SUM(orders) AS orders, SUM(units) AS units, SUM(spend) AS spend, SUM(sales) AS sales,
        MIN(currency) AS currency, MIN(first_day) AS first_day, MAX(last_day) AS last_day, MIN(own_rank) AS own_rank,
        MIN(best_rival_rank) AS best_rival_rank, SUM(purchases) AS purchases
    FROM term_candidate
    GROUP BY account, marketplace, product, term
),
team AS (
    SELECT
        marketplace, product, LOWER(TRIM(term)) AS term, language, state, owner, decided_on, note,
        ROW_NUMBER() OVER (
            PARTITION BY marketplace, product, LOWER(TRIM(term))
            ORDER BY decided_on DESC NULLS LAST, state DESC NULLS LAST, language DESC NULLS LAST
        ) AS nth
    FROM search_terms
),
decided AS (
    SELECT marketplace, product, term, language, state, owner, decided_on, note FROM team WHERE nth = 1
),
product_owner AS (
    SELECT account, marketplace, product, MIN(owner) AS owner FROM products GROUP BY account, marketplace, product
),
last_volume AS (
    SELECT
        marketplace, keyword, search_volume,
        ROW_NUMBER() OVER (PARTITION BY marketplace, keyword ORDER BY week_start DESC NULLS LAST) AS nth
    FROM keyword_volume
),
volume AS (
    SELECT marketplace, keyword, search_volume FROM last_volume WHERE nth = 1
),
bid AS (
    SELECT account, marketplace, product, keyword, last_day AS targeted_until FROM keyword_targeted
)
SELECT
    j.account AS account, j.marketplace AS marketplace, COALESCE(d.language, l.language) AS language,
    j.product AS product, j.term AS term, COALESCE(d.owner, o.owner) AS owner, COALESCE(d.state, '候选') AS state,
    d.decided_on AS decided_on, d.note AS note, k.term_class AS term_class, j.n_order > 0 AS by_order,
    j.n_rank > 0 AS by_rank, j.n_gap > 0 AS by_gap, j.n_query > 0 AS by_query, j.n_team > 0 AS by_team,
    COALESCE(j.orders, 0) AS orders, j.units AS units, j.clicks AS clicks, j.spend AS spend, j.sales AS sales,
    j.currency AS currency, CAST(j.orders AS DOUBLE) / NULLIF(CAST(j.clicks AS DOUBLE), 0) AS cvr,
    CAST(j.spend AS DOUBLE) / NULLIF(CAST(j.sales AS DOUBLE), 0) AS acos, j.first_day AS first_day,
    j.last_day AS last_day, j.purchases AS purchases, v.search_volume AS search_volume, j.own_rank AS own_rank,
    j.best_rival_rank AS best_rival_rank, b.targeted_until IS NOT NULL AS targeted,
    b.targeted_until AS targeted_until
FROM joined AS j
INNER JOIN library_class AS k ON j.marketplace = k.marketplace AND j.term = k.term
INNER JOIN market_language AS l ON j.marketplace = l.marketplace
LEFT JOIN decided AS d ON j.marketplace = d.marketplace AND j.product = d.product AND j.term = d.term
LEFT JOIN product_owner AS o
    ON j.account = o.account AND j.marketplace = o.marketplace AND j.product = o.product
LEFT JOIN volume AS v ON j.marketplace = v.marketplace AND j.term = v.keyword
LEFT JOIN bid AS b
    ON j.account = b.account AND j.marketplace = b.marketplace AND j.product = b.product AND j.term = b.keyword
