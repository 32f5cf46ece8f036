-- From the first to the last day of the months that data touch.
WITH touched AS (
    SELECT MIN(date) AS first_day, MAX(date) AS last_day FROM ads_campaign
    UNION ALL
    SELECT MIN(period_start) AS first_day, MAX(period_end) AS last_day FROM ads_campaign_range
    UNION ALL
    SELECT MIN(date) AS first_day, MAX(date) AS last_day FROM traffic_account
    UNION ALL
    SELECT MIN(period_start) AS first_day, MAX(period_end) AS last_day FROM traffic_child
    UNION ALL
    SELECT MIN(snapshot_date) AS first_day, MAX(snapshot_date) AS last_day FROM inventory
),
span AS (
    SELECT MIN(first_day) AS first_day, MAX(last_day) AS last_day FROM touched
)
SELECT b.month AS first_date, e.month_end AS last_date
FROM span AS s
INNER JOIN calendar AS b ON s.first_day = b.date
INNER JOIN calendar AS e ON s.last_day = e.date
