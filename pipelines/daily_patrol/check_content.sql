-- A+ pages that are due, folded for each owner. A product of which the log knows no A+ page at all is not judged; a log
-- that nobody has written to for a month says nothing about today.
WITH worked AS (
    SELECT c.marketplace AS marketplace, c.product AS product, MAX(c.updated_on) AS updated_on
    FROM content_log AS c CROSS JOIN as_of AS a
    WHERE c.kind = 'a_plus' AND c.updated_on <= a.as_of
    GROUP BY c.marketplace, c.product
),
kept AS (
    SELECT c.marketplace AS marketplace, MAX(c.updated_on) AS kept_until
    FROM content_log AS c CROSS JOIN as_of AS a
    WHERE c.updated_on <= a.as_of
    GROUP BY c.marketplace
),
own AS (
    SELECT
        account, marketplace, product, MIN(COALESCE(owner, '')) AS owner, MAX(CASE WHEN focus THEN 1 ELSE 0 END) AS focus
    FROM own_now
    WHERE COALESCE(stage, '') <> '清仓'
    GROUP BY account, marketplace, product
),
aged AS (
    SELECT
        o.account AS account, o.marketplace AS marketplace, o.product AS product, o.owner AS owner,
        a.day_number - d.day_number AS age_days,
        CASE WHEN o.focus = 1 THEN r.a_plus_days ELSE r.a_plus_days_other END AS limit_days,
        CASE WHEN a.day_number - k.day_number <= 31 THEN a.as_of ELSE k.date END AS checked_on
    FROM own AS o
    INNER JOIN worked AS w ON o.marketplace = w.marketplace AND o.product = w.product
    INNER JOIN kept AS l ON o.marketplace = l.marketplace
    INNER JOIN calendar AS d ON w.updated_on = d.date
    INNER JOIN calendar AS k ON l.kept_until = k.date
    INNER JOIN daily_rules AS r ON o.marketplace = r.marketplace
    CROSS JOIN as_of AS a
),
ranked AS (
    SELECT
        *, CASE WHEN CAST(age_days AS DOUBLE) > limit_days THEN 1 ELSE 0 END AS due,
        CAST(age_days AS DOUBLE) - limit_days AS days_over
    FROM aged
),
worst AS (
    SELECT
        account, marketplace, owner, product, days_over,
        ROW_NUMBER() OVER (
            PARTITION BY account, marketplace, owner ORDER BY days_over DESC NULLS LAST, product DESC NULLS LAST
        ) AS nth
    FROM ranked
),
folded AS (
    SELECT
        account, marketplace, owner, COUNT(*) AS n_products, SUM(due) AS n_due, MAX(days_over) AS days_over,
        MAX(checked_on) AS checked_on
    FROM ranked
    GROUP BY account, marketplace, owner
)
SELECT
    'content' AS rule, f.account AS account, f.marketplace AS marketplace, f.owner AS subject,
    CAST(NULL AS VARCHAR) AS product, NULLIF(f.owner, '') AS owner, f.checked_on AS checked_on, f.n_due > 0 AS bad,
    'yellow' AS level, CAST(f.n_due AS DOUBLE) AS figure, CAST(0 AS DOUBLE) AS target,
    d.date AS since,
    CAST(f.n_due AS VARCHAR) || ' 款 A+ 到期未更新，最久：' || w.product || ' 超期 '
        || CAST(CAST(FLOOR(f.days_over) AS BIGINT) AS VARCHAR) || ' 天' AS evidence_zh,
    CAST(f.n_due AS VARCHAR) || ' A+ pages are due, the oldest: ' || w.product || ', '
        || CAST(CAST(FLOOR(f.days_over) AS BIGINT) AS VARCHAR) || ' days over' AS evidence
FROM (
    SELECT
        g.account AS account, g.marketplace AS marketplace, g.owner AS owner, g.n_due AS n_due, g.days_over AS days_over,
        g.checked_on AS checked_on, a.day_number - CAST(FLOOR(GREATEST(g.days_over, 0)) AS BIGINT) + 1 AS since_day
    FROM folded AS g CROSS JOIN as_of AS a
) AS f
INNER JOIN worst AS w ON f.account = w.account AND f.marketplace = w.marketplace AND f.owner = w.owner
LEFT JOIN calendar AS d ON f.since_day = d.day_number
WHERE w.nth = 1
