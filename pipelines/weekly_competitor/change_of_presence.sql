-- ASINs that came into or went out of what a source shows. People choose what they export, so an ASIN that is absent
-- once was not observed, nothing more. `entered` needs an earlier list of the same source that shares enough of its
-- ASINs with this one; `left` needs two later lists in a row that each share even more and both lack the ASIN.
WITH entered AS (
    SELECT
        s.marketplace AS marketplace, s.source AS source, s.asin AS asin, 'entered' AS event,
        'list_share_entered_min' AS rule, b.share_kept AS share, r.list_share_entered_min AS threshold,
        s.snapshot_date AS happened_on, s.list_observed_at AS observed_at, b.observed_at AS observed_prev,
        b.snapshot_date AS day_prev
    FROM asin_sighting AS s
    INNER JOIN asin_list AS b ON s.marketplace = b.marketplace AND s.source = b.source AND s.nth = b.next_nth
    INNER JOIN weekly_rules AS r ON s.marketplace = r.marketplace
    WHERE s.nth_before IS NULL AND b.share_kept >= r.list_share_entered_min
),
departed AS (
    SELECT
        s.marketplace AS marketplace, s.source AS source, s.asin AS asin, 'left' AS event,
        'list_share_left_min' AS rule, LEAST(a.share_kept, n.share_kept) AS share, r.list_share_left_min AS threshold,
        l.snapshot_date AS happened_on, l.observed_at AS observed_at, s.observed_at AS observed_prev,
        s.snapshot_date AS day_prev
    FROM asin_sighting AS s
    INNER JOIN asin_list AS a ON s.marketplace = a.marketplace AND s.source = a.source AND s.nth = a.nth
    INNER JOIN asin_list AS n ON a.marketplace = n.marketplace AND a.source = n.source AND a.next_nth = n.nth
    INNER JOIN asin_list AS l ON a.marketplace = l.marketplace AND a.source = l.source AND a.later_nth = l.nth
    INNER JOIN weekly_rules AS r ON s.marketplace = r.marketplace
    WHERE (s.nth_after IS NULL OR s.nth_after > s.nth + 2)
        AND a.share_kept >= r.list_share_left_min AND n.share_kept >= r.list_share_left_min
),
event AS (
    SELECT * FROM entered
    UNION ALL
    SELECT * FROM departed
),
dated AS (
    SELECT
        d.week_start AS week_start, e.marketplace AS marketplace, e.asin AS asin, e.source AS source, e.event AS event,
        e.rule AS rule, e.share AS share, e.threshold AS threshold, e.observed_at AS observed_at,
        e.observed_prev AS observed_prev, d.day_number - b.day_number AS days_apart,
        ROW_NUMBER() OVER (
            PARTITION BY d.week_start, e.marketplace, e.asin, e.event ORDER BY e.observed_at, e.source
        ) AS nth
    FROM event AS e
    INNER JOIN calendar AS d ON e.happened_on = d.date
    INNER JOIN calendar AS b ON e.day_prev = b.date
)
SELECT
    week_start, marketplace, asin, source, event, 'list' AS figure, CAST(NULL AS VARCHAR) AS old_value,
    CAST(NULL AS VARCHAR) AS new_value, CAST(NULL AS DOUBLE) AS delta, share AS move, rule, threshold,
    TRUE AS significant, CAST(NULL AS VARCHAR) AS guard, observed_at, observed_prev, days_apart
FROM dated
WHERE nth = 1
