-- What is wrong now, and since when: the newest check of the list, or of the subject, found it bad. It is open since
-- the first bad check after the last good one, or since the day that the report itself names.
WITH newest_list AS (
    SELECT rule, account, marketplace, MAX(checked_day) AS newest_day FROM patrol_day GROUP BY rule, account, marketplace
),
newest_each AS (
    SELECT rule, account, marketplace, subject, MAX(checked_day) AS newest_day
    FROM patrol_day
    WHERE subject IS NOT NULL
    GROUP BY rule, account, marketplace, subject
),
now_bad AS (
    SELECT
        p.rule AS rule, p.account AS account, p.marketplace AS marketplace, p.subject AS subject,
        p.product AS product, p.owner AS owner, p.checked_on AS checked_on, p.level AS level, p.figure AS figure,
        p.target AS target, p.since AS since, p.evidence_zh AS evidence_zh, p.evidence AS evidence,
        p.checked_day AS checked_day, p.scope AS scope
    FROM patrol_day AS p
    INNER JOIN newest_each AS e
        ON p.rule = e.rule AND p.account = e.account AND p.marketplace = e.marketplace AND p.subject = e.subject
        AND p.checked_day = e.newest_day
    INNER JOIN newest_list AS l
        ON p.rule = l.rule AND p.account = l.account AND p.marketplace = l.marketplace
    WHERE p.bad AND (p.scope <> 'list' OR p.checked_day = l.newest_day)
        AND (p.scope = 'case' OR p.today - p.checked_day <= p.stale_days)
),
looked_day AS (
    -- Days on which the subject was looked at: those of the list, or its own.
    SELECT DISTINCT n.rule AS rule, n.account AS account, n.marketplace AS marketplace, n.subject AS subject, p.checked_day AS checked_day
    FROM now_bad AS n
    INNER JOIN patrol_day AS p
        ON n.rule = p.rule AND n.account = p.account AND n.marketplace = p.marketplace
    WHERE n.scope = 'list' OR n.subject = p.subject
),
bad_day AS (
    SELECT rule, account, marketplace, subject, checked_day, TRUE AS was_bad
    FROM patrol_day
    WHERE bad AND subject IS NOT NULL
),
last_good AS (
    SELECT
        l.rule AS rule, l.account AS account, l.marketplace AS marketplace, l.subject AS subject,
        MAX(l.checked_day) AS good_day
    FROM looked_day AS l
    LEFT JOIN bad_day AS b
        ON l.rule = b.rule AND l.account = b.account AND l.marketplace = b.marketplace AND l.subject = b.subject
        AND l.checked_day = b.checked_day
    WHERE b.was_bad IS NULL
    GROUP BY l.rule, l.account, l.marketplace, l.subject
),
run AS (
    SELECT
        b.rule AS rule, b.account AS account, b.marketplace AS marketplace, b.subject AS subject,
        MIN(b.checked_day) AS first_bad_day
    FROM bad_day AS b
    LEFT JOIN last_good AS g
        ON b.rule = g.rule AND b.account = g.account AND b.marketplace = g.marketplace AND b.subject = g.subject
    WHERE g.good_day IS NULL OR b.checked_day > g.good_day
    GROUP BY b.rule, b.account, b.marketplace, b.subject
),
product_owner AS (
    SELECT account, marketplace, product, MIN(owner) AS owner FROM own_now GROUP BY account, marketplace, product
)
SELECT
    n.rule AS rule, n.account AS account, n.marketplace AS marketplace, n.subject AS subject, n.product AS product,
    COALESCE(n.owner, o.owner) AS owner, n.checked_on AS data_date, n.level AS level, n.figure AS figure,
    n.target AS target, LEAST(COALESCE(n.since, d.date), d.date) AS opened_on, n.evidence_zh AS evidence_zh,
    n.evidence AS evidence,
    n.rule || '|' || n.account || '|' || n.marketplace || '|' || n.subject AS id_key
FROM now_bad AS n
INNER JOIN run AS f
    ON n.rule = f.rule AND n.account = f.account AND n.marketplace = f.marketplace AND n.subject = f.subject
INNER JOIN calendar AS d ON f.first_bad_day = d.day_number
LEFT JOIN product_owner AS o
    ON n.account = o.account AND n.marketplace = o.marketplace AND n.product = o.product
