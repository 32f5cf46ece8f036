-- Which days of a month the settlements reach over.
WITH span AS (
    SELECT DISTINCT
        account, marketplace, settlement_id, CAST(settlement_start_at AS DATE) AS first_date,
        CAST(settlement_end_at AS DATE) AS last_date
    FROM settlement_line
    WHERE settlement_start_at IS NOT NULL AND settlement_end_at IS NOT NULL
),
reached AS (
    SELECT
        d.month AS month, s.account AS account, s.marketplace AS marketplace, d.day_number AS day_number, d.date AS date
    FROM span AS s
    INNER JOIN calendar AS d ON d.date >= s.first_date AND d.date <= s.last_date
)
SELECT
    month, account, marketplace, COUNT(DISTINCT day_number) AS days_covered, MAX(date) AS covered_to
FROM reached
GROUP BY month, account, marketplace
