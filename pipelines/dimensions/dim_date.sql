-- Every day of the months that data touch, with its week and month.
SELECT
    d.date AS date, EXTRACT(YEAR FROM d.date) AS year,
    CAST(FLOOR(CAST(EXTRACT(MONTH FROM d.date) + 2 AS DOUBLE) / 3) AS BIGINT) AS quarter,
    EXTRACT(MONTH FROM d.date) AS month_of_year, EXTRACT(DAY FROM d.date) AS day_of_month, d.month AS month,
    d.month_end AS month_end, d.week_start AS week_start, CAST(d.week_start + INTERVAL '6 days' AS DATE) AS week_end,
    d.day_of_week AS day_of_week, d.working_day AS working_day
FROM calendar AS d
CROSS JOIN data_span AS s
WHERE d.date >= s.first_date AND d.date <= s.last_date
