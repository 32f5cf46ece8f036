-- One light a rule and place. Grey is not green: it was not checked, or so long ago that it says nothing of today.
WITH spot AS (
    SELECT account, marketplace FROM patrol_place
    UNION
    SELECT account, marketplace FROM patrol_day
),
checked AS (
    SELECT
        rule, account, marketplace, MAX(checked_on) AS checked_on, MAX(checked_day) AS checked_day,
        COUNT(DISTINCT subject) AS n_subjects
    FROM patrol_day
    GROUP BY rule, account, marketplace
),
found AS (
    SELECT
        rule, account, marketplace, SUM(CASE WHEN level = 'red' THEN 1 ELSE 0 END) AS n_red,
        SUM(CASE WHEN level = 'red' THEN 0 ELSE 1 END) AS n_yellow, MIN(opened_on) AS opened_on
    FROM patrol_finding
    GROUP BY rule, account, marketplace
),
worst AS (
    SELECT
        rule, account, marketplace, evidence_zh, evidence,
        ROW_NUMBER() OVER (
            PARTITION BY rule, account, marketplace ORDER BY level, opened_on, subject
        ) AS nth
    FROM patrol_finding
),
fine AS (
    -- What a good check says, where it says something: how far the reports reach.
    SELECT rule, account, marketplace, MIN(evidence_zh) AS evidence_zh, MIN(evidence) AS evidence
    FROM patrol_day
    WHERE rule = 'ads_in' AND NOT bad AND checked_day = today
    GROUP BY rule, account, marketplace
),
lit AS (
    SELECT
        s.account AS account, s.marketplace AS marketplace, r.rule AS rule, r.place AS place, r.title AS title,
        r.title_zh AS title_zh, r.source AS source, r.source_zh AS source_zh, r.stale_days AS stale_days,
        c.checked_on AS checked_on, a.as_of AS as_of, a.day_number - c.checked_day AS days_old,
        COALESCE(c.n_subjects, 0) AS n_checked, COALESCE(f.n_red, 0) AS n_red, COALESCE(f.n_yellow, 0) AS n_yellow,
        f.opened_on AS opened_on, COALESCE(w.evidence_zh, g.evidence_zh) AS evidence_zh,
        COALESCE(w.evidence, g.evidence) AS evidence
    FROM spot AS s
    CROSS JOIN patrol_rule AS r
    CROSS JOIN as_of AS a
    LEFT JOIN checked AS c ON r.rule = c.rule AND s.account = c.account AND s.marketplace = c.marketplace
    LEFT JOIN found AS f ON r.rule = f.rule AND s.account = f.account AND s.marketplace = f.marketplace
    LEFT JOIN (SELECT * FROM worst WHERE nth = 1) AS w
        ON r.rule = w.rule AND s.account = w.account AND s.marketplace = w.marketplace
    LEFT JOIN fine AS g ON r.rule = g.rule AND s.account = g.account AND s.marketplace = g.marketplace
)
SELECT
    as_of, account, marketplace, rule, place, title, title_zh,
    CASE
        WHEN n_red > 0 THEN 'red'
        WHEN n_yellow > 0 THEN 'yellow'
        WHEN checked_on IS NULL OR days_old > stale_days THEN 'grey'
        ELSE 'green'
    END AS status,
    CASE
        WHEN n_red > 0 THEN '红'
        WHEN n_yellow > 0 THEN '黄'
        WHEN checked_on IS NULL OR days_old > stale_days THEN '灰'
        ELSE '绿'
    END AS status_zh,
    checked_on AS data_date, days_old, stale_days, n_checked, n_red, n_yellow, opened_on,
    CASE
        WHEN n_red > 0 OR n_yellow > 0 THEN evidence_zh
        WHEN checked_on IS NULL THEN '未检查，缺：' || source_zh
        WHEN days_old > stale_days THEN '数据过旧（' || CAST(checked_on AS VARCHAR) || '），需：' || source_zh
        ELSE evidence_zh
    END AS evidence_zh,
    CASE
        WHEN n_red > 0 OR n_yellow > 0 THEN evidence
        WHEN checked_on IS NULL THEN 'not checked for want of: ' || source
        WHEN days_old > stale_days THEN 'too old (' || CAST(checked_on AS VARCHAR) || '), needs: ' || source
        ELSE evidence
    END AS evidence,
    n_red > 0 AS is_red, n_red > 0 OR n_yellow > 0 AS is_alarm
FROM lit
