-- The rank of each day, by ASIN and category. A history's point holds until the next one and, the last of them, until
-- the day on which the history was fetched; a snapshot holds on its own day alone.
WITH point AS (
    SELECT
        h.marketplace AS marketplace, h.asin AS asin, COALESCE(h.category_id, 'main') AS category, h.source AS source,
        h.at AS changed_at, CAST(h.at AS DATE) AS date, CAST(h.observed_at AS DATE) AS fetched, h.value AS value,
        h.observed_at AS observed_at
    FROM product_history AS h
    WHERE h.metric IN ('bsr', 'bsr_in_category') AND h.at IS NOT NULL
),
-- The last point of each day.
daily AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY marketplace, asin, category, source, date ORDER BY changed_at DESC NULLS LAST
        ) AS nth
    FROM point
),
numbered AS (
    SELECT
        p.marketplace AS marketplace, p.asin AS asin, p.category AS category, p.source AS source, p.value AS value,
        p.observed_at AS observed_at, d.day_number AS first_day, f.day_number AS fetched_day
    FROM daily AS p
    INNER JOIN calendar AS d ON p.date = d.date
    INNER JOIN calendar AS f ON p.fetched = f.date
    WHERE p.nth = 1
),
span AS (
    SELECT
        *,
        COALESCE(
            LEAD(first_day) OVER (PARTITION BY marketplace, asin, category, source ORDER BY first_day), fetched_day + 1
        ) AS next_day
    FROM numbered
),
seen AS (
    SELECT marketplace, asin, COALESCE(category_root, 'main') AS category, source, snapshot_date AS date, bsr AS rank,
        observed_at
    FROM product_snapshot
    WHERE bsr IS NOT NULL AND bsr > 0
    UNION ALL
    SELECT marketplace, asin, category_sub AS category, source, snapshot_date AS date, sub_bsr AS rank, observed_at
    FROM product_snapshot
    WHERE sub_bsr IS NOT NULL AND sub_bsr > 0 AND category_sub IS NOT NULL
)
SELECT
    s.marketplace AS marketplace, s.asin AS asin, s.category AS category, s.source AS source,
    'history' AS source_kind, d.day_number AS day_number, d.month AS month,
    CAST(s.value AS DOUBLE) AS rank, s.observed_at AS observed_at
FROM span AS s
INNER JOIN calendar AS d ON d.day_number >= s.first_day AND d.day_number < s.next_day
WHERE s.value IS NOT NULL AND s.value > 0
UNION ALL
SELECT
    s.marketplace AS marketplace, s.asin AS asin, s.category AS category, s.source AS source,
    'snapshot' AS source_kind, d.day_number AS day_number, d.month AS month, MIN(CAST(s.rank AS DOUBLE)) AS rank,
    MAX(s.observed_at) AS observed_at
FROM seen AS s
INNER JOIN calendar AS d ON s.date = d.date
GROUP BY s.marketplace, s.asin, s.category, s.source, d.day_number, d.month
