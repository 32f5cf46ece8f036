-- Reports that are missing, and first of all whether the campaigns of each ad product are in up to yesterday.
WITH missing AS (
    SELECT
        account, marketplace, report, MIN(title) AS title, MIN(title_zh) AS title_zh, MIN(owner) AS owner,
        SUM(CASE WHEN is_open THEN 1 ELSE 0 END) AS n_open, MAX(days_late) AS days_late,
        MAX(cadence_days) AS cadence_days, MIN(CASE WHEN is_open THEN due_on END) AS since,
        MIN(CASE WHEN is_open THEN expected_date END) AS expected_date,
        MAX(CASE WHEN state = 'never_seen' THEN 1 ELSE 0 END) = 1 AS never_seen, MIN(download) AS download
    FROM freshness
    WHERE basis = 'seed' AND state <> 'no_access'
    GROUP BY account, marketplace, report
),
campaign AS (
    SELECT c.account AS account, c.marketplace AS marketplace, c.ad_product AS ad_product, MAX(c.date) AS last_on
    FROM ads_campaign AS c CROSS JOIN as_of AS a
    WHERE c.date <= a.as_of AND c.date > CAST(a.as_of - INTERVAL '92 days' AS DATE)
    GROUP BY c.account, c.marketplace, c.ad_product
),
loaded AS (
    SELECT s.account AS account, s.marketplace AS marketplace, SUM(s.n_reports) AS n_today
    FROM report_span AS s
    INNER JOIN as_of AS a ON s.observed_on = a.as_of
    INNER JOIN report_kinds AS k ON s.report = k.schema
    WHERE k.into_table = 'ads_campaign'
    GROUP BY s.account, s.marketplace
),
folded AS (
    SELECT
        account, marketplace, MIN(last_on) AS last_on, MAX(CASE WHEN ad_product = 'SP' THEN last_on END) AS sp_on,
        MAX(CASE WHEN ad_product = 'SB' THEN last_on END) AS sb_on,
        MAX(CASE WHEN ad_product = 'SD' THEN last_on END) AS sd_on
    FROM campaign
    GROUP BY account, marketplace
),
behind AS (
    SELECT
        c.account AS account, c.marketplace AS marketplace, c.last_on AS last_on, a.as_of AS as_of,
        a.day_number - 1 - d.day_number AS days_behind, COALESCE(l.n_today, 0) AS n_today,
        COALESCE('SP ' || CAST(c.sp_on AS VARCHAR) || ' ', '') || COALESCE('SB ' || CAST(c.sb_on AS VARCHAR) || ' ', '')
            || COALESCE('SD ' || CAST(c.sd_on AS VARCHAR) || ' ', '') AS reach
    FROM folded AS c
    CROSS JOIN as_of AS a
    INNER JOIN calendar AS d ON c.last_on = d.date
    LEFT JOIN loaded AS l ON c.account = l.account AND c.marketplace = l.marketplace
)
SELECT
    'ads_in' AS rule, account, marketplace, 'campaigns' AS subject, CAST(NULL AS VARCHAR) AS product,
    CAST(NULL AS VARCHAR) AS owner, as_of AS checked_on, days_behind > 0 AS bad,
    CASE WHEN days_behind > 3 THEN 'red' ELSE 'yellow' END AS level, CAST(days_behind AS DOUBLE) AS figure,
    CAST(0 AS DOUBLE) AS target, last_on AS since,
    '数据至 ' || reach || '；今日已收 ' || CAST(n_today AS VARCHAR) || ' 份' AS evidence_zh,
    'in up to ' || reach || '; ' || CAST(n_today AS VARCHAR) || ' files today' AS evidence
FROM behind
UNION ALL
SELECT
    'report_late' AS rule, m.account AS account, m.marketplace AS marketplace, m.report AS subject,
    CAST(NULL AS VARCHAR) AS product, m.owner AS owner, a.as_of AS checked_on, m.n_open > 0 AS bad,
    CASE WHEN m.never_seen OR COALESCE(m.days_late > m.cadence_days, FALSE) THEN 'red' ELSE 'yellow' END AS level,
    CAST(COALESCE(m.days_late, 0) AS DOUBLE) AS figure, CAST(0 AS DOUBLE) AS target,
    CASE WHEN NOT m.never_seen THEN m.since END AS since,
    m.title_zh || CASE
        WHEN m.never_seen THEN ' 从未收到'
        WHEN m.days_late IS NULL THEN ' 有缺口，缺至 ' || CAST(m.expected_date AS VARCHAR) || ' 的数据'
        ELSE ' 迟 ' || CAST(m.days_late AS VARCHAR) || ' 天，缺至 ' || CAST(m.expected_date AS VARCHAR) || ' 的数据'
    END || '；路径：' || COALESCE(m.download, '未登记') AS evidence_zh,
    m.title || CASE
        WHEN m.never_seen THEN ' never arrived'
        WHEN m.days_late IS NULL THEN ' has a gap up to ' || CAST(m.expected_date AS VARCHAR)
        ELSE ' is ' || CAST(m.days_late AS VARCHAR) || ' days late, wanted up to ' || CAST(m.expected_date AS VARCHAR)
    END || '; path: ' || COALESCE(m.download, 'not known') AS evidence
FROM missing AS m CROSS JOIN as_of AS a
