-- The checks that count today, one a rule, subject and day: the worst. Cases stay however old they are.
WITH recent AS (
    SELECT
        c.rule AS rule, c.account AS account, c.marketplace AS marketplace, c.subject AS subject,
        c.product AS product, c.owner AS owner, c.checked_on AS checked_on, COALESCE(c.bad, FALSE) AS bad,
        c.level AS level, c.figure AS figure, c.target AS target, c.since AS since, c.evidence_zh AS evidence_zh,
        c.evidence AS evidence, d.day_number AS checked_day, a.day_number AS today, r.scope AS scope,
        r.stale_days AS stale_days,
        CASE WHEN NOT COALESCE(c.bad, FALSE) THEN 2 WHEN c.level = 'red' THEN 0 ELSE 1 END AS harm
    FROM patrol_check AS c
    INNER JOIN patrol_rule AS r ON c.rule = r.rule
    INNER JOIN calendar AS d ON c.checked_on = d.date
    CROSS JOIN as_of AS a
    WHERE d.day_number <= a.day_number AND (d.day_number > a.day_number - 92 OR r.scope = 'case')
),
ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY rule, account, marketplace, subject, checked_on ORDER BY harm, level, figure, evidence_zh
        ) AS nth
    FROM recent
)
SELECT
    rule, account, marketplace, subject, product, owner, checked_on, bad, level, figure, target, since, evidence_zh,
    evidence, checked_day, today, scope, stale_days, harm
FROM ranked
WHERE nth = 1
