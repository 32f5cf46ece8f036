-- Which reports are late, by the day that their figures should reach and what is usual for their kind.
WITH covered AS (
    SELECT
        s.report AS report, s.account AS account, s.marketplace AS marketplace, s.to_day AS to_day,
        COUNT(DISTINCT d.day_number) AS n_days
    FROM report_slot AS s
    INNER JOIN calendar AS d ON s.from_day <= d.day_number AND s.to_day >= d.day_number
    INNER JOIN report_span AS r
        ON s.report = r.report AND s.account = r.account AND s.marketplace = r.marketplace
        AND d.day_number >= r.first_day AND d.day_number <= r.last_day
    GROUP BY s.report, s.account, s.marketplace, s.to_day
),
judged AS (
    SELECT
        s.report AS report, s.account AS account, s.marketplace AS marketplace, s.to_day AS to_day,
        s.to_day + s.lag_days AS due_day, s.last_day AS last_day, s.observed_at AS observed_at,
        s.n_reports AS n_reports, s.today AS today,
        -- One list a week is enough of what is a state; of what sums days, every day is wanted.
        CASE WHEN s.spans AND NOT s.sparse THEN s.to_day - s.from_day + 1 ELSE 1 END AS days_expected,
        COALESCE(c.n_days, 0) AS n_days, s.spans AND NOT s.sparse AS whole, s.side AS side
    FROM report_slot AS s
    LEFT JOIN covered AS c
        ON s.report = c.report AND s.account = c.account AND s.marketplace = c.marketplace AND s.to_day = c.to_day
),
told AS (
    SELECT
        *, CASE WHEN whole OR n_days < 1 THEN n_days ELSE 1 END AS days_covered
    FROM judged
)
SELECT
    a.as_of AS as_of, t.report AS report, e.title AS title, e.title_zh AS title_zh, t.account AS account,
    t.marketplace AS marketplace, d.date AS expected_date,
    CASE
        WHEN e.no_access AND t.side IN ('ahead', 'never') THEN 'no_access'
        WHEN t.side = 'never' THEN 'never_seen'
        WHEN t.side = 'ahead' AND t.due_day = t.today THEN 'due'
        WHEN t.side = 'ahead' THEN 'late'
        WHEN t.days_covered < t.days_expected THEN 'gap'
        ELSE 'arrived'
    END AS state,
    e.basis AS basis, e.family AS family, e.owner AS owner, e.cadence_days AS cadence_days, e.lag_days AS lag_days,
    t.days_expected AS days_expected, t.days_covered AS days_covered, u.date AS due_on,
    CASE WHEN t.side = 'ahead' AND t.today > t.due_day THEN t.today - t.due_day END AS days_late,
    w.date AS newest_date, t.observed_at AS observed_at, t.n_reports AS n_reports, e.into_table AS into_table,
    e.affects AS affects, e.affects_zh AS affects_zh, e.download AS download,
    CASE
        WHEN e.no_access OR t.side = 'unlisted' THEN FALSE
        WHEN t.side = 'never' THEN TRUE
        WHEN t.side = 'ahead' THEN t.today > t.due_day
        -- A state of last week cannot be downloaded any more; days can.
        ELSE t.whole AND t.days_covered < t.days_expected
    END AS is_open,
    TRUE AS mature
FROM told AS t
CROSS JOIN as_of AS a
INNER JOIN report_expected AS e
    ON t.report = e.report AND t.account = e.account AND t.marketplace = e.marketplace
INNER JOIN calendar AS d ON t.to_day = d.day_number
LEFT JOIN calendar AS u ON t.due_day = u.day_number
LEFT JOIN calendar AS w ON t.last_day = w.day_number
