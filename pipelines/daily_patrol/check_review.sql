-- Bad product reviews and bad seller feedback, which are different things with different remedies. A case stays until
-- it is closed; what was written down last says up to when the list was kept.
WITH noted AS (
    SELECT
        c.account AS account, c.marketplace AS marketplace, c.case_id AS case_id, c.product AS product,
        c.owner AS owner, c.stars AS stars, c.issue AS issue, CAST(c.detected_at AS DATE) AS detected_on,
        c.first_response_at IS NULL AS unanswered,
        c.closed_at IS NOT NULL OR COALESCE(c.status, 'open') = 'closed' AS closed,
        GREATEST(
            CAST(c.detected_at AS DATE), COALESCE(CAST(c.first_response_at AS DATE), CAST(c.detected_at AS DATE)),
            COALESCE(CAST(c.closed_at AS DATE), CAST(c.detected_at AS DATE))
        ) AS noted_on
    FROM review_case AS c
    WHERE c.detected_at IS NOT NULL
),
kept AS (
    SELECT account, marketplace, MAX(noted_on) AS kept_until FROM noted GROUP BY account, marketplace
),
dated AS (
    SELECT
        n.account AS account, n.marketplace AS marketplace, COALESCE(n.product, n.case_id) AS subject,
        n.product AS product,
        n.owner AS owner, n.stars AS stars, n.issue AS issue, n.detected_on AS detected_on, n.unanswered AS unanswered,
        n.closed AS closed, k.kept_until AS kept_until,
        -- The day has no hour: what was found before today and allows less than a day is overdue.
        CAST(a.day_number - d.day_number AS DOUBLE) > FLOOR(CAST(r.answer_hours AS DOUBLE) / 24) AS overdue,
        r.answer_hours AS answer_hours, CAST((a.day_number - d.day_number) * 24 AS DOUBLE) AS hours
    FROM noted AS n
    INNER JOIN kept AS k ON n.account = k.account AND n.marketplace = k.marketplace
    INNER JOIN calendar AS d ON n.detected_on = d.date
    INNER JOIN daily_rules AS r ON n.marketplace = r.marketplace
    CROSS JOIN as_of AS a
    WHERE n.detected_on <= a.as_of
),
open_case AS (
    SELECT
        account, marketplace, subject, MIN(product) AS product, MIN(owner) AS owner,
        COUNT(*) AS n_cases, MIN(stars) AS stars, MIN(detected_on) AS since, MIN(issue) AS issue,
        MAX(kept_until) AS kept_until
    FROM dated
    WHERE NOT closed AND stars <= 3
    GROUP BY account, marketplace, subject
),
unanswered_case AS (
    SELECT
        account, marketplace, subject, MIN(product) AS product, MIN(owner) AS owner,
        COUNT(*) AS n_cases, MIN(detected_on) AS since, MAX(hours) AS hours, MAX(answer_hours) AS answer_hours,
        MAX(kept_until) AS kept_until
    FROM dated
    WHERE NOT closed AND unanswered AND overdue
    GROUP BY account, marketplace, subject
),
told AS (
    SELECT account, marketplace, MAX(CAST(observed_at AS DATE)) AS told_on FROM seller_feedback
    GROUP BY account, marketplace
),
complaint AS (
    SELECT
        f.account AS account, f.marketplace AS marketplace, COUNT(*) AS n_ratings, MIN(f.rating) AS rating,
        MIN(f.date) AS since, MAX(t.told_on) AS told_on
    FROM seller_feedback AS f
    INNER JOIN told AS t ON f.account = t.account AND f.marketplace = t.marketplace
    CROSS JOIN as_of AS a
    WHERE f.rating <= 3 AND COALESCE(TRIM(f.response), '') = '' AND f.date >= CAST(a.as_of - INTERVAL '30 days' AS DATE)
    GROUP BY f.account, f.marketplace
)
SELECT
    'product_review' AS rule, account, marketplace, subject, product, owner, kept_until AS checked_on, TRUE AS bad,
    CASE WHEN stars <= 2 THEN 'red' ELSE 'yellow' END AS level, CAST(n_cases AS DOUBLE) AS figure,
    CAST(0 AS DOUBLE) AS target, since,
    CAST(n_cases AS VARCHAR) || ' 条未关闭差评，最低 ' || CAST(stars AS VARCHAR) || ' 星：' || COALESCE(issue, '未写明问题')
        AS evidence_zh,
    CAST(n_cases AS VARCHAR) || ' open cases, ' || CAST(stars AS VARCHAR) || ' stars at worst: '
        || COALESCE(issue, 'no issue written down') AS evidence
FROM open_case
UNION ALL
SELECT
    'review_answer' AS rule, account, marketplace, subject, product, owner, kept_until AS checked_on, TRUE AS bad,
    'red' AS level, hours AS figure, answer_hours AS target, since,
    CAST(n_cases AS VARCHAR) || ' 条差评未响应，最早发现于 ' || CAST(since AS VARCHAR) AS evidence_zh,
    CAST(n_cases AS VARCHAR) || ' cases without an answer, the oldest of ' || CAST(since AS VARCHAR) AS evidence
FROM unanswered_case
UNION ALL
SELECT
    'seller_feedback' AS rule, account, marketplace, 'feedback' AS subject, CAST(NULL AS VARCHAR) AS product,
    CAST(NULL AS VARCHAR) AS owner, told_on AS checked_on, TRUE AS bad,
    CASE WHEN rating <= 2 THEN 'red' ELSE 'yellow' END AS level, CAST(n_ratings AS DOUBLE) AS figure,
    CAST(0 AS DOUBLE) AS target, since,
    '30 天内 ' || CAST(n_ratings AS VARCHAR) || ' 条三星及以下店铺评价未回复' AS evidence_zh,
    CAST(n_ratings AS VARCHAR) || ' ratings of three stars or fewer in 30 days without an answer' AS evidence
FROM complaint
UNION ALL
-- That it was looked at, and nothing found.
SELECT
    r.rule AS rule, k.account AS account, k.marketplace AS marketplace, CAST(NULL AS VARCHAR) AS subject,
    CAST(NULL AS VARCHAR) AS product, CAST(NULL AS VARCHAR) AS owner, k.kept_until AS checked_on, FALSE AS bad,
    'green' AS level, CAST(NULL AS DOUBLE) AS figure, CAST(NULL AS DOUBLE) AS target, CAST(NULL AS DATE) AS since,
    CAST(NULL AS VARCHAR) AS evidence_zh, CAST(NULL AS VARCHAR) AS evidence
FROM kept AS k CROSS JOIN (VALUES ('product_review'), ('review_answer')) AS r (rule)
UNION ALL
SELECT
    'seller_feedback' AS rule, account, marketplace, CAST(NULL AS VARCHAR) AS subject, CAST(NULL AS VARCHAR) AS product,
    CAST(NULL AS VARCHAR) AS owner, told_on AS checked_on, FALSE AS bad, 'green' AS level,
    CAST(NULL AS DOUBLE) AS figure, CAST(NULL AS DOUBLE) AS target, CAST(NULL AS DATE) AS since,
    CAST(NULL AS VARCHAR) AS evidence_zh, CAST(NULL AS VARCHAR) AS evidence
FROM told
