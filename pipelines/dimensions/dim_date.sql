-- Every day that data may have, with its week and month.
SELECT
    date, EXTRACT(YEAR FROM date) AS year,
    CAST(FLOOR(CAST(EXTRACT(MONTH FROM date) + 2 AS DOUBLE) / 3) AS BIGINT) AS quarter,
    EXTRACT(MONTH FROM date) AS month_of_year, EXTRACT(DAY FROM date) AS day_of_month, month, month_end, week_start,
    CAST(week_start + INTERVAL '6 days' AS DATE) AS week_end, day_of_week, working_day
FROM calendar
