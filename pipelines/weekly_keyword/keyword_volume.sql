-- How often a keyword is searched, as the newest export of the week says that says it at all.
WITH dated AS (
    SELECT
        d.week_start AS week_start, k.marketplace AS marketplace, LOWER(TRIM(k.keyword)) AS keyword,
        k.search_volume AS search_volume, k.snapshot_date AS snapshot_date, k.observed_at AS observed_at,
        k.source AS source
    FROM keyword AS k
    INNER JOIN calendar AS d ON k.snapshot_date = d.date
    WHERE k.search_volume IS NOT NULL
),
ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY week_start, marketplace, keyword
            ORDER BY snapshot_date DESC NULLS LAST, observed_at DESC NULLS LAST, source DESC NULLS LAST,
                search_volume DESC NULLS LAST
        ) AS nth
    FROM dated
)
SELECT week_start, marketplace, keyword, search_volume, source AS volume_source
FROM ranked
WHERE nth = 1
