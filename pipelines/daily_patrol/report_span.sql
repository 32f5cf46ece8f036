-- The days that each report that arrived tells of, for each place that it may be about. A file with rows of several
-- marketplaces is told apart by its currency where it has one.
WITH dated AS (
    SELECT
        r.schema AS report, r.into_table AS into_table, r.account AS account, p.marketplace AS marketplace,
        r.observed_at AS observed_at, CAST(r.observed_at AS DATE) AS observed_on,
        COALESCE(r.period_end, CAST(r.observed_at AS DATE)) AS last_on,
        COALESCE(r.period_start, r.period_end, CAST(r.observed_at AS DATE)) AS first_on, r.n_reports AS n_reports
    FROM report_arrivals AS r
    INNER JOIN patrol_place AS p ON r.account = p.account
    INNER JOIN market AS m ON p.marketplace = m.marketplace
    WHERE r.marketplace = p.marketplace
        OR r.marketplace IS NULL AND (r.currency IS NULL OR r.currency = m.currency)
)
SELECT
    d.report AS report, d.account AS account, d.marketplace AS marketplace, d.observed_at AS observed_at,
    d.observed_on AS observed_on, b.day_number AS first_day,
    -- A list of events ends with its last event, not with the day that was asked for: it reaches to its download.
    CASE
        WHEN COALESCE(h.sparse, FALSE) AND o.day_number - e.day_number <= 7
            THEN GREATEST(e.day_number, o.day_number - h.lag_days)
        ELSE e.day_number
    END AS last_day,
    d.n_reports AS n_reports
FROM dated AS d
INNER JOIN calendar AS b ON d.first_on = b.date
INNER JOIN calendar AS e ON d.last_on = e.date
LEFT JOIN calendar AS o ON d.observed_on = o.date
LEFT JOIN report_habit AS h ON d.into_table = h.into_table
