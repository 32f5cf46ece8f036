-- The traffic ranges that velocity is read from, per account and marketplace: the newest certain week, month and
-- quarter that ended by the day, not too long ago. Ranges that overlap are never added; three whole calendar months
-- that follow each other make a quarter where none was downloaded. One row per range that is used.
WITH spanned AS (
    SELECT DISTINCT
        t.account AS account, t.marketplace AS marketplace, t.period_start AS period_start, t.period_end AS period_end,
        b.month AS month, e.day_number AS end_day, e.day_number - b.day_number + 1 AS n_days,
        t.period_start = b.month AND t.period_end = b.month_end AS whole_month, a.day_number AS as_of_day
    FROM traffic_child AS t
    INNER JOIN calendar AS b ON t.period_start = b.date
    INNER JOIN calendar AS e ON t.period_end = e.date
    CROSS JOIN as_of AS a
    WHERE t.period_certain
),
kinded AS (
    SELECT
        account, marketplace, period_start, period_end, month, end_day, n_days, whole_month,
        CASE
            WHEN n_days >= 7 AND n_days <= 8 THEN 7
            WHEN n_days >= 28 AND n_days <= 31 THEN 30
            WHEN n_days >= 84 AND n_days <= 92 THEN 90
        END AS span
    FROM spanned
    WHERE end_day <= as_of_day
        -- Older sales say nothing of today's demand.
        AND end_day >= as_of_day - CASE WHEN n_days <= 8 THEN 21 ELSE 62 END
        OR end_day <= as_of_day AND whole_month AND end_day >= as_of_day - 124
),
newest AS (
    SELECT
        k.account AS account, k.marketplace AS marketplace, k.period_start AS period_start, k.period_end AS period_end,
        k.end_day AS end_day, k.n_days AS n_days, k.span AS span,
        ROW_NUMBER() OVER (
            PARTITION BY k.account, k.marketplace, k.span
            ORDER BY k.end_day DESC NULLS LAST, k.period_start DESC NULLS LAST
        ) AS nth
    FROM kinded AS k CROSS JOIN as_of AS a
    WHERE k.span IS NOT NULL AND k.end_day >= a.day_number - CASE WHEN k.n_days <= 8 THEN 21 ELSE 62 END
),
month_back AS (
    SELECT
        account, marketplace, period_start, period_end, month, end_day, n_days,
        CAST(month - INTERVAL '1 month' AS DATE) AS month_1, CAST(month - INTERVAL '2 months' AS DATE) AS month_2
    FROM kinded
    WHERE whole_month
),
quarter AS (
    SELECT
        m.account AS account, m.marketplace AS marketplace, m.month AS month, m.month_1 AS month_1,
        m.month_2 AS month_2, m.end_day AS end_day, m.n_days + n.n_days + o.n_days AS n_days,
        ROW_NUMBER() OVER (PARTITION BY m.account, m.marketplace ORDER BY m.end_day DESC NULLS LAST) AS nth
    FROM month_back AS m
    INNER JOIN month_back AS n
        ON m.account = n.account AND m.marketplace = n.marketplace AND m.month_1 = n.month
    INNER JOIN month_back AS o
        ON m.account = o.account AND m.marketplace = o.marketplace AND m.month_2 = o.month
),
chain AS (
    -- Only where no quarter was downloaded.
    SELECT
        q.account AS account, q.marketplace AS marketplace, q.month AS month, q.month_1 AS month_1,
        q.month_2 AS month_2, q.n_days AS n_days
    FROM quarter AS q
    LEFT JOIN (SELECT account, marketplace FROM newest WHERE span = 90 AND nth = 1) AS d
        ON q.account = d.account AND q.marketplace = d.marketplace
    WHERE q.nth = 1 AND d.account IS NULL
)
SELECT account, marketplace, span, period_start, period_end, end_day, n_days
FROM newest
WHERE nth = 1
UNION ALL
SELECT
    c.account AS account, c.marketplace AS marketplace, 90 AS span, m.period_start AS period_start,
    m.period_end AS period_end, m.end_day AS end_day, c.n_days AS n_days
FROM chain AS c
INNER JOIN month_back AS m
    ON c.account = m.account AND c.marketplace = m.marketplace
    AND m.month >= c.month_2 AND m.month <= c.month
