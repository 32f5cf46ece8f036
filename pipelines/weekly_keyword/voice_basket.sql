-- What of the basket was measured in a week, against the last week that measured any of it: shares of different sets of
-- keywords are not compared.
WITH basket AS (
    SELECT marketplace, COUNT(DISTINCT LOWER(TRIM(keyword))) AS n_keywords
    FROM keyword_basket
    WHERE TRIM(keyword) <> ''
    GROUP BY marketplace
),
weighed AS (
    SELECT week_start, marketplace, kind, keyword, search_volume
    FROM voice_slot
    WHERE rank IS NULL AND search_volume > 0
),
measured AS (
    SELECT
        week_start, marketplace, kind, COUNT(*) AS n_measured,
        SUM(CASE WHEN search_volume > 0 THEN 1 ELSE 0 END) AS n_weighed,
        SUM(CASE WHEN search_volume > 0 THEN search_volume ELSE 0 END) AS search_volume
    FROM voice_slot
    WHERE rank IS NULL
    GROUP BY week_start, marketplace, kind
),
followed AS (
    SELECT
        *,
        LAG(week_start) OVER (PARTITION BY marketplace, kind ORDER BY week_start) AS week_prev,
        LAG(n_weighed) OVER (PARTITION BY marketplace, kind ORDER BY week_start) AS n_weighed_prev
    FROM measured
),
both_weeks AS (
    SELECT f.week_start AS week_start, f.marketplace AS marketplace, f.kind AS kind, COUNT(*) AS n_both
    FROM followed AS f
    INNER JOIN weighed AS n
        ON f.week_start = n.week_start AND f.marketplace = n.marketplace AND f.kind = n.kind
    INNER JOIN weighed AS b
        ON f.week_prev = b.week_start AND f.marketplace = b.marketplace AND f.kind = b.kind
    WHERE n.keyword = b.keyword
    GROUP BY f.week_start, f.marketplace, f.kind
)
SELECT
    f.week_start AS week_start, f.marketplace AS marketplace, f.kind AS kind, k.n_keywords AS n_keywords,
    f.n_measured AS n_measured, f.n_weighed AS n_weighed, f.search_volume AS search_volume, f.week_prev AS week_prev,
    f.week_prev IS NOT NULL AND f.n_weighed = f.n_weighed_prev AND f.n_weighed = COALESCE(b.n_both, 0)
        AS same_keywords
FROM followed AS f
INNER JOIN basket AS k ON f.marketplace = k.marketplace
LEFT JOIN both_weeks AS b
    ON f.week_start = b.week_start AND f.marketplace = b.marketplace AND f.kind = b.kind
