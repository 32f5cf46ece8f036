-- How the rank of every ASIN went in a month, beside the month before. Ranks are compared within one category alone. A
-- target is judged for own products, with enough days seen.
WITH own AS (
    SELECT
        p.start_date AS month, s.marketplace AS marketplace, s.key AS asin, MIN(s.account) AS account,
        MIN(s.product) AS product, MIN(s.owner) AS owner, MIN(s.target_bsr) AS target_bsr
    FROM product_span AS s
    INNER JOIN periods AS p ON p.end_date >= s.valid_from AND p.end_date < s.valid_until
    WHERE s.key_kind = 'asin' AND p.kind = 'month'
    GROUP BY p.start_date, s.marketplace, s.key
),
joined AS (
    SELECT
        m.month AS month, m.marketplace AS marketplace, m.asin AS asin, m.category AS category,
        o.product IS NOT NULL AS is_own, o.account AS account, o.product AS product, o.owner AS owner,
        m.source AS source, m.source_kind AS source_kind, p.n_days AS days_expected, m.days_covered AS days_covered,
        m.days_covered >= p.n_days AS complete, m.last_day >= p.end_day AS mature, m.first_day AS first_day,
        m.last_day AS last_day, m.bsr_start AS bsr_start, m.bsr_end AS bsr_end, m.bsr_best AS bsr_best,
        m.bsr_worst AS bsr_worst, m.bsr_median AS bsr_median,
        CASE WHEN o.product IS NOT NULL THEN COALESCE(CAST(o.target_bsr AS DOUBLE), r.target_bsr) END AS target_bsr,
        r.bsr_min_days AS bsr_min_days, m.observed_at AS observed_at,
        CAST(m.month - INTERVAL '1 month' AS DATE) AS month_before
    FROM bsr_month AS m
    INNER JOIN periods AS p ON m.month = p.start_date
    LEFT JOIN own AS o ON m.month = o.month AND m.marketplace = o.marketplace AND m.asin = o.asin
    LEFT JOIN monthly_rules AS r ON m.marketplace = r.marketplace
    WHERE p.kind = 'month'
),
within AS (
    SELECT
        j.month AS month, j.marketplace AS marketplace, j.asin AS asin, j.category AS category,
        SUM(CASE WHEN b.rank <= j.target_bsr THEN 1 ELSE 0 END) AS days_within
    FROM joined AS j
    INNER JOIN bsr_point AS b
        ON j.month = b.month AND j.marketplace = b.marketplace AND j.asin = b.asin AND j.category = b.category
        AND j.source = b.source AND j.source_kind = b.source_kind
    WHERE j.target_bsr IS NOT NULL
    GROUP BY j.month, j.marketplace, j.asin, j.category
)
SELECT
    c.month AS month, c.marketplace AS marketplace, c.asin AS asin, c.category AS category, c.is_own AS is_own,
    c.account AS account, c.product AS product, c.owner AS owner, c.source AS source, c.source_kind AS source_kind,
    c.days_expected AS days_expected, c.days_covered AS days_covered, c.complete AS complete, c.mature AS mature,
    b.date AS first_date, e.date AS last_date, c.bsr_start AS bsr_start, c.bsr_end AS bsr_end,
    c.bsr_best AS bsr_best, c.bsr_worst AS bsr_worst, c.bsr_median AS bsr_median, w.days_within AS days_within_target,
    c.target_bsr AS target_bsr,
    CASE WHEN c.days_covered >= c.bsr_min_days THEN c.bsr_median <= c.target_bsr END AS on_target,
    p.bsr_median AS bsr_median_prev, p.days_covered AS days_covered_prev,
    LOG2(CAST(p.bsr_median AS DOUBLE) / NULLIF(c.bsr_median, 0)) AS bsr_move_log2,
    LOG2(CAST(c.bsr_start AS DOUBLE) / NULLIF(c.bsr_end, 0))
        AS bsr_move_within_log2,
    c.observed_at AS observed_at
FROM joined AS c
INNER JOIN calendar AS b ON c.first_day = b.day_number
INNER JOIN calendar AS e ON c.last_day = e.day_number
LEFT JOIN within AS w
    ON c.month = w.month AND c.marketplace = w.marketplace AND c.asin = w.asin AND c.category = w.category
LEFT JOIN joined AS p
    ON c.month_before = p.month AND c.marketplace = p.marketplace AND c.asin = p.asin AND c.category = p.category
