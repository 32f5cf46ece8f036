-- The ranks of a month by ASIN and category, from the source that saw most of its days. The median over days is the
-- time-weighted one, to the day.
WITH summed AS (
    SELECT
        month, marketplace, asin, category, source, source_kind, COUNT(DISTINCT day_number) AS days_covered,
        MIN(day_number) AS first_day, MAX(day_number) AS last_day, MIN(rank) AS bsr_best, MAX(rank) AS bsr_worst,
        MEDIAN(rank) AS bsr_median, MAX(observed_at) AS observed_at
    FROM bsr_point
    GROUP BY month, marketplace, asin, category, source, source_kind
),
best AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY month, marketplace, asin, category ORDER BY 0 - days_covered, source_kind, source
        ) AS nth
    FROM summed
)
SELECT
    s.month AS month, s.marketplace AS marketplace, s.asin AS asin, s.category AS category, s.source AS source,
    s.source_kind AS source_kind, s.days_covered AS days_covered, s.first_day AS first_day, s.last_day AS last_day,
    s.bsr_best AS bsr_best, s.bsr_worst AS bsr_worst, s.bsr_median AS bsr_median, s.observed_at AS observed_at,
    b.rank AS bsr_start, e.rank AS bsr_end
FROM best AS s
INNER JOIN bsr_point AS b
    ON s.month = b.month AND s.marketplace = b.marketplace AND s.asin = b.asin AND s.category = b.category
    AND s.source = b.source AND s.source_kind = b.source_kind AND s.first_day = b.day_number
INNER JOIN bsr_point AS e
    ON s.month = e.month AND s.marketplace = e.marketplace AND s.asin = e.asin AND s.category = e.category
    AND s.source = e.source AND s.source_kind = e.source_kind AND s.last_day = e.day_number
WHERE s.nth = 1
