-- Fresh A+ pages at the end of each month that the content log reaches, and listings that went live in the month.
WITH product_at AS (
    SELECT DISTINCT
        s.account AS account, s.marketplace AS marketplace, s.product AS product, s.focus AS focus,
        p.start_date AS month, p.end_day AS end_day, p.end_date AS end_date
    FROM product_span AS s
    INNER JOIN periods AS p ON p.end_date >= s.valid_from AND p.end_date < s.valid_until
    WHERE s.key_kind = 'sku' AND p.kind = 'month'
),
product_focus AS (
    SELECT
        account, marketplace, product, month, end_day, MAX(CASE WHEN focus THEN 1 ELSE 0 END) = 1 AS focus
    FROM product_at
    GROUP BY account, marketplace, product, month, end_day
),
update_day AS (
    SELECT c.marketplace AS marketplace, c.product AS product, d.day_number AS day_number
    FROM content_log AS c
    INNER JOIN calendar AS d ON c.updated_on = d.date
    WHERE c.kind = 'a_plus' AND c.product IS NOT NULL
),
reach AS (
    SELECT marketplace, MIN(day_number) AS first_day, MAX(day_number) AS last_day
    FROM update_day
    GROUP BY marketplace
),
known AS (
    SELECT
        p.account AS account, p.marketplace AS marketplace, p.product AS product, p.month AS month,
        p.end_day AS end_day, r.first_day AS log_first_day, r.last_day AS log_day,
        CASE WHEN p.focus THEN s.a_plus_days ELSE s.a_plus_days_other END AS allowed
    FROM product_focus AS p
    INNER JOIN reach AS r ON p.marketplace = r.marketplace AND p.end_day >= r.first_day
    INNER JOIN periods AS m ON p.month = m.start_date AND m.start_day <= r.last_day
    LEFT JOIN monthly_rules AS s ON p.marketplace = s.marketplace
    WHERE m.kind = 'month'
),
newest AS (
    SELECT
        k.account AS account, k.marketplace AS marketplace, k.product AS product, k.month AS month,
        MAX(u.day_number) AS day_number
    FROM known AS k
    INNER JOIN update_day AS u
        ON k.marketplace = u.marketplace AND k.product = u.product AND u.day_number <= k.end_day
    GROUP BY k.account, k.marketplace, k.product, k.month
),
aged AS (
    SELECT
        k.account AS account, k.marketplace AS marketplace, k.month AS month, k.allowed AS allowed,
        k.end_day - n.day_number AS age, k.log_day >= k.end_day AS reached,
        -- No entry says that none was made only where the log is older than what is allowed.
        n.day_number IS NOT NULL OR k.log_first_day + k.allowed <= k.end_day AS told
    FROM known AS k
    LEFT JOIN newest AS n
        ON k.account = n.account AND k.marketplace = n.marketplace AND k.product = n.product AND k.month = n.month
),
listed AS (
    SELECT
        p.account AS account, p.marketplace AS marketplace, l.month AS month,
        l.day_number - q.day_number AS days_taken, s.listing_hours AS listing_hours
    FROM products AS p
    INNER JOIN calendar AS q ON p.requested_at = q.date
    INNER JOIN calendar AS l ON p.live_at = l.date
    LEFT JOIN monthly_rules AS s ON p.marketplace = s.marketplace
)
SELECT
    month, account, marketplace, 'a_plus' AS kpi,
    CAST(SUM(CASE WHEN age <= allowed THEN 1 ELSE 0 END) AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0) AS value,
    CAST(SUM(CASE WHEN age <= allowed THEN 1 ELSE 0 END) AS DOUBLE) AS numerator,
    CAST(COUNT(*) AS DOUBLE) AS denominator, CAST(MAX(age) AS DOUBLE) AS worst,
    MIN(CASE WHEN told THEN 1 ELSE 0 END) = 1 AS complete,
    MIN(CASE WHEN reached THEN 1 ELSE 0 END) = 1 AS mature, 'seed content_log' AS source
FROM aged
GROUP BY month, account, marketplace
UNION ALL
-- The seed tells days, so that a listing of the next day counts as within 24 hours.
SELECT
    month, account, marketplace, 'listing_time' AS kpi,
    CAST(SUM(CASE WHEN days_taken * 24 <= listing_hours THEN 1 ELSE 0 END) AS DOUBLE)
        / NULLIF(CAST(COUNT(*) AS DOUBLE), 0) AS value,
    CAST(SUM(CASE WHEN days_taken * 24 <= listing_hours THEN 1 ELSE 0 END) AS DOUBLE) AS numerator,
    CAST(COUNT(*) AS DOUBLE) AS denominator, CAST(MAX(days_taken * 24) AS DOUBLE) AS worst, TRUE AS complete,
    TRUE AS mature, 'seed products' AS source
FROM listed
GROUP BY month, account, marketplace
