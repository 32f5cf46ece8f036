-- What should arrive, as the team's list says, with what is known of each kind. A kind may be named by its id or its
-- title. What arrives without being listed stands here too, without a cadence: it is shown and never late.
WITH spelling AS (
    SELECT LOWER(TRIM(k.schema)) AS name, k.schema AS report FROM report_kinds AS k
    UNION
    SELECT LOWER(TRIM(k.title)) AS name, k.schema AS report FROM report_kinds AS k
    UNION
    SELECT LOWER(TRIM(k.title_zh)) AS name, k.schema AS report FROM report_kinds AS k
),
named AS (
    SELECT name, MIN(report) AS report FROM spelling GROUP BY name HAVING MIN(report) = MAX(report)
),
told AS (
    SELECT
        report AS told_report, LOWER(TRIM(report)) AS told_name, account, marketplace, cadence_days, lag_days,
        no_access, owner
    FROM expected_reports
    WHERE cadence_days > 0
),
identified AS (
    SELECT
        COALESCE(n.report, e.told_report) AS report, e.account AS account, e.marketplace AS marketplace,
        e.cadence_days AS cadence_days, e.lag_days AS lag_days, e.no_access AS no_access, e.owner AS owner
    FROM told AS e
    LEFT JOIN named AS n ON e.told_name = n.name
),
listed AS (
    SELECT
        report, account, marketplace, MIN(cadence_days) AS cadence_days, MIN(lag_days) AS lag_days,
        MAX(CASE WHEN no_access THEN 1 ELSE 0 END) = 1 AS no_access, MIN(owner) AS owner, 'seed' AS basis
    FROM identified
    GROUP BY report, account, marketplace
),
arrived AS (
    SELECT DISTINCT report, account, marketplace FROM report_span
),
unlisted AS (
    SELECT
        r.report AS report, r.account AS account, r.marketplace AS marketplace, CAST(NULL AS BIGINT) AS cadence_days,
        CAST(NULL AS BIGINT) AS lag_days, FALSE AS no_access, CAST(NULL AS VARCHAR) AS owner, 'seen' AS basis
    FROM arrived AS r
    LEFT JOIN listed AS l ON r.report = l.report AND r.account = l.account AND r.marketplace = l.marketplace
    WHERE l.report IS NULL
),
together AS (
    SELECT report, account, marketplace, cadence_days, lag_days, no_access, owner, basis FROM listed
    UNION ALL
    SELECT report, account, marketplace, cadence_days, lag_days, no_access, owner, basis FROM unlisted
)
SELECT
    t.report AS report, t.account AS account, t.marketplace AS marketplace, t.cadence_days AS cadence_days,
    COALESCE(t.lag_days, h.lag_days, 1) AS lag_days, COALESCE(h.sparse, FALSE) AS sparse, t.no_access AS no_access,
    t.owner AS owner, t.basis AS basis, COALESCE(k.title, t.report) AS title,
    COALESCE(k.title_zh, t.report) AS title_zh, k.into_table AS into_table, k.family AS family,
    k.download AS download, h.affects AS affects, h.affects_zh AS affects_zh
FROM together AS t
LEFT JOIN report_kinds AS k ON t.report = k.schema
LEFT JOIN report_habit AS h ON k.into_table = h.into_table
