-- The days at which each expected report is due to reach, one row each: backward from the newest day that is there in
-- steps of the cadence, forward as far as could be downloaded by today.
WITH known AS (
    SELECT
        report, account, marketplace, MIN(first_day) AS first_day, MAX(last_day) AS last_day,
        MAX(observed_at) AS observed_at, SUM(n_reports) AS n_reports,
        MAX(CASE WHEN first_day < last_day THEN 1 ELSE 0 END) = 1 AS spans
    FROM report_span
    GROUP BY report, account, marketplace
),
sized AS (
    SELECT
        e.report AS report, e.account AS account, e.marketplace AS marketplace, e.cadence_days AS cadence_days,
        e.lag_days AS lag_days, e.sparse AS sparse, k.first_day AS first_day, k.last_day AS last_day,
        k.observed_at AS observed_at, k.n_reports AS n_reports, COALESCE(k.spans, FALSE) AS spans,
        a.day_number AS today
    FROM report_expected AS e
    CROSS JOIN as_of AS a
    LEFT JOIN known AS k ON e.report = k.report AND e.account = k.account AND e.marketplace = k.marketplace
),
stepped AS (
    SELECT
        s.report AS report, s.account AS account, s.marketplace AS marketplace, s.cadence_days AS cadence_days,
        s.lag_days AS lag_days, s.sparse AS sparse, s.spans AS spans, s.first_day AS first_day,
        s.last_day AS last_day, s.observed_at AS observed_at, s.n_reports AS n_reports, s.today AS today, n.n AS n
    FROM sized AS s CROSS JOIN numbers AS n
    WHERE n.n <= 62 AND s.last_day IS NOT NULL AND s.cadence_days IS NOT NULL
)
SELECT
    report, account, marketplace, lag_days, sparse, spans, last_day, observed_at, n_reports, today, 'ahead' AS side,
    last_day + n * cadence_days - cadence_days + 1 AS from_day, last_day + n * cadence_days AS to_day
FROM stepped
WHERE n >= 1 AND last_day + n * cadence_days + lag_days <= today
UNION ALL
SELECT
    report, account, marketplace, lag_days, sparse, spans, last_day, observed_at, n_reports, today, 'behind' AS side,
    GREATEST(last_day - n * cadence_days - cadence_days + 1, first_day) AS from_day,
    last_day - n * cadence_days AS to_day
FROM stepped
-- The oldest step is left out where the days before the first file would look missing.
WHERE n = 0
    OR last_day - n * cadence_days > today - 35
        AND (
            last_day - n * cadence_days - cadence_days + 1 >= first_day
            OR (sparse OR NOT spans) AND last_day - n * cadence_days >= first_day
        )
UNION ALL
-- Never seen, or not on the team's list: one row.
SELECT
    report, account, marketplace, lag_days, sparse, spans, last_day, observed_at, n_reports, today,
    CASE WHEN last_day IS NULL THEN 'never' ELSE 'unlisted' END AS side,
    COALESCE(last_day, today - lag_days) AS from_day, COALESCE(last_day, today - lag_days) AS to_day
FROM sized
WHERE last_day IS NULL OR cadence_days IS NULL
