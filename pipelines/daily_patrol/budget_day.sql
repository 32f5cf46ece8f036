-- What advertising cost each day, for each level that a budget may be given for, on every day of which campaigns are
-- known in the marketplace. A portfolio without a row on such a day cost nothing.
WITH campaign_day AS (
    SELECT
        d.month AS month, c.date AS date, c.marketplace AS marketplace, COALESCE(c.portfolio, '') AS portfolio,
        c.account AS account, c.family AS family, c.currency AS currency, c.spend AS spend, c.observed_at AS observed_at,
        CASE
            WHEN c.budget > 0 AND COALESCE(LOWER(c.budget_type), 'daily') LIKE '%daily%'
                AND CAST(c.spend AS DOUBLE) >= r.cap_share * CAST(c.budget AS DOUBLE) THEN 1
            ELSE 0
        END AS at_cap,
        CASE WHEN c.budget > 0 THEN 1 ELSE 0 END AS has_budget
    FROM ads_campaign AS c
    INNER JOIN calendar AS d ON c.date = d.date
    LEFT JOIN daily_rules AS r ON c.marketplace = r.marketplace
),
known_day AS (
    SELECT
        month, date, marketplace, MIN(currency) AS currency,
        CASE WHEN MIN(account) = MAX(account) THEN MIN(account) ELSE 'several' END AS account,
        CASE WHEN MIN(family) = MAX(family) THEN MIN(family) ELSE 'mixed' END AS family,
        MIN(observed_at) AS observed_at
    FROM campaign_day
    GROUP BY month, date, marketplace
),
product_spend AS (
    SELECT p.date AS date, p.marketplace AS marketplace, o.product AS product, SUM(p.spend) AS spend
    FROM ads_product AS p
    INNER JOIN product_span AS o
        ON p.account = o.account AND p.marketplace = o.marketplace AND p.advertised_sku = o.key
        AND p.date >= o.valid_from AND p.date < o.valid_until
    WHERE o.key_kind = 'sku'
    GROUP BY p.date, p.marketplace, o.product
),
planned AS (
    SELECT
        c.month AS plan_month, b.marketplace AS marketplace, COALESCE(b.portfolio, '') AS portfolio_key,
        COALESCE(b.product, '') AS product_key,
        CASE
            WHEN b.product IS NOT NULL THEN 'product' WHEN b.portfolio IS NOT NULL THEN 'portfolio'
            ELSE 'marketplace'
        END AS level,
        b.planned_spend AS planned_spend, b.currency AS plan_currency, b.owner AS owner
    FROM budgets AS b
    INNER JOIN calendar AS c ON b.month = c.date
),
budget AS (
    SELECT
        plan_month AS month, marketplace, level, portfolio_key AS portfolio, product_key AS product,
        SUM(planned_spend) AS planned_spend, MIN(plan_currency) AS plan_currency, MIN(owner) AS owner
    FROM planned
    GROUP BY plan_month, marketplace, level, portfolio_key, product_key
),
-- The whole marketplace always; portfolios where one of them has a budget, then all of them, so that they add up.
line AS (
    SELECT DISTINCT month, marketplace, 'marketplace' AS level, '' AS portfolio, '' AS product FROM campaign_day
    UNION
    SELECT DISTINCT s.month AS month, s.marketplace AS marketplace, 'portfolio' AS level, s.portfolio AS portfolio, '' AS product
    FROM campaign_day AS s
    INNER JOIN (SELECT DISTINCT month, marketplace FROM budget WHERE level = 'portfolio') AS p
        ON s.month = p.month AND s.marketplace = p.marketplace
    UNION
    SELECT month, marketplace, level, portfolio, product FROM budget
),
spent AS (
    SELECT
        date, marketplace, 'marketplace' AS level, '' AS portfolio, '' AS product, SUM(spend) AS spend,
        SUM(at_cap) AS n_at_cap, SUM(has_budget) AS n_with_budget
    FROM campaign_day
    GROUP BY date, marketplace
    UNION ALL
    SELECT
        date, marketplace, 'portfolio' AS level, portfolio, '' AS product, SUM(spend) AS spend,
        SUM(at_cap) AS n_at_cap, SUM(has_budget) AS n_with_budget
    FROM campaign_day
    GROUP BY date, marketplace, portfolio
    UNION ALL
    SELECT
        date, marketplace, 'product' AS level, '' AS portfolio, product, spend, CAST(NULL AS BIGINT) AS n_at_cap,
        CAST(NULL AS BIGINT) AS n_with_budget
    FROM product_spend
)
SELECT
    k.month AS month, k.date AS date, k.marketplace AS marketplace, l.level AS level, l.portfolio AS portfolio,
    l.product AS product, k.account AS account, k.family AS family, k.currency AS currency,
    k.observed_at AS observed_at, b.owner AS owner, b.planned_spend AS planned_spend,
    b.plan_currency AS plan_currency, COALESCE(s.spend, CAST(0 AS DECIMAL(18, 4))) AS spend,
    s.n_at_cap AS n_at_cap, s.n_with_budget AS n_with_budget
FROM known_day AS k
INNER JOIN line AS l ON k.month = l.month AND k.marketplace = l.marketplace
LEFT JOIN budget AS b
    ON k.month = b.month AND k.marketplace = b.marketplace AND l.level = b.level AND l.portfolio = b.portfolio
    AND l.product = b.product
LEFT JOIN spent AS s
    ON k.date = s.date AND k.marketplace = s.marketplace AND l.level = s.level AND l.portfolio = s.portfolio
    AND l.product = s.product
