-- Values of the scorecard that only people tell: health, reviews, content, listing times. A log says something of the
-- months from its first entry to its last; what lies beyond is not known.
WITH measured AS (
    SELECT
        h.account AS account, h.marketplace AS marketplace, d.month AS month,
        CASE WHEN h.metric = 'ahr' THEN 'account_health' ELSE h.metric END AS kpi, h.value AS value,
        ROW_NUMBER() OVER (
            PARTITION BY h.account, h.marketplace, d.month, h.metric ORDER BY h.measured_on DESC NULLS LAST
        ) AS nth,
        MIN(h.value) OVER (PARTITION BY h.account, h.marketplace, d.month, h.metric) AS worst
    FROM health AS h
    INNER JOIN calendar AS d ON h.measured_on = d.date
    WHERE h.metric IN ('ahr', 'ipi') AND h.value IS NOT NULL
),
review AS (
    SELECT
        account, marketplace, stars, CAST(detected_at AS DATE) AS date,
        CASE
            WHEN first_response_at IS NULL THEN NULL
            ELSE CAST(SUBSTR(CAST(detected_at AS VARCHAR), 12, 2) AS BIGINT) * 60
                + CAST(SUBSTR(CAST(detected_at AS VARCHAR), 15, 2) AS BIGINT)
        END AS from_minute,
        CAST(SUBSTR(CAST(first_response_at AS VARCHAR), 12, 2) AS BIGINT) * 60
            + CAST(SUBSTR(CAST(first_response_at AS VARCHAR), 15, 2) AS BIGINT) AS to_minute,
        CAST(first_response_at AS DATE) AS response_date
    FROM review_case
    WHERE detected_at IS NOT NULL
),
case_line AS (
    SELECT
        r.account AS account, r.marketplace AS marketplace, d.month AS month, d.week_start AS week_start,
        COALESCE(r.stars, 1) <= 3 AS negative,
        CAST((a.day_number - d.day_number) * 1440 + r.to_minute - r.from_minute AS DOUBLE) / 60 AS hours,
        s.answer_hours AS answer_hours
    FROM review AS r
    INNER JOIN calendar AS d ON r.date = d.date
    LEFT JOIN calendar AS a ON r.response_date = a.date
    LEFT JOIN monthly_rules AS s ON r.marketplace = s.marketplace
),
log AS (
    SELECT account, marketplace, MIN(month) AS first_month, MAX(month) AS last_month
    FROM case_line
    GROUP BY account, marketplace
),
by_week AS (
    SELECT account, marketplace, month, week_start, COUNT(*) AS n
    FROM case_line
    WHERE negative
    GROUP BY account, marketplace, month, week_start
),
by_month AS (
    SELECT account, marketplace, month, MAX(n) AS most, SUM(n) AS n
    FROM by_week
    GROUP BY account, marketplace, month
),
answered AS (
    SELECT
        account, marketplace, month, COUNT(*) AS n_all, MAX(hours) AS worst,
        SUM(CASE WHEN hours <= answer_hours THEN 1 ELSE 0 END) AS n_good
    FROM case_line
    WHERE negative
    GROUP BY account, marketplace, month
)
SELECT
    month, account, marketplace, kpi, value, value AS numerator, CAST(NULL AS DOUBLE) AS denominator, worst,
    TRUE AS complete, TRUE AS mature, 'seed health' AS source
FROM measured
WHERE nth = 1
UNION ALL
SELECT
    p.start_date AS month, l.account AS account, l.marketplace AS marketplace, 'negative_reviews' AS kpi,
    CAST(COALESCE(b.most, 0) AS DOUBLE) AS value, CAST(COALESCE(b.n, 0) AS DOUBLE) AS numerator,
    CAST(NULL AS DOUBLE) AS denominator, CAST(COALESCE(b.most, 0) AS DOUBLE) AS worst, TRUE AS complete,
    p.start_date < l.last_month AS mature, 'seed review_case' AS source
FROM log AS l
INNER JOIN periods AS p ON p.start_date >= l.first_month AND p.start_date <= l.last_month
LEFT JOIN by_month AS b ON l.account = b.account AND l.marketplace = b.marketplace AND p.start_date = b.month
WHERE p.kind = 'month'
UNION ALL
SELECT
    a.month AS month, a.account AS account, a.marketplace AS marketplace, 'review_answers' AS kpi,
    CAST(a.n_good AS DOUBLE) / NULLIF(CAST(a.n_all AS DOUBLE), 0) AS value, CAST(a.n_good AS DOUBLE) AS numerator,
    CAST(a.n_all AS DOUBLE) AS denominator, a.worst AS worst, TRUE AS complete, a.month < l.last_month AS mature,
    'seed review_case' AS source
FROM answered AS a
INNER JOIN log AS l ON a.account = l.account AND a.marketplace = l.marketplace
