-- ASINs that came into or went out of what a source shows. People choose what they export, so an ASIN that is absent
-- once was not observed, nothing more. `entered` needs an earlier list of the same source that shares half of its
-- ASINs with this one; `left` needs two later lists in a row that each share four fifths and both lack the ASIN.
WITH presence AS (
    SELECT marketplace, source, asin, snapshot_date, MAX(observed_at) AS observed_at
    FROM product_snapshot
    GROUP BY marketplace, source, asin, snapshot_date
),
list AS (
    SELECT marketplace, source, snapshot_date, COUNT(*) AS n_asins, MAX(observed_at) AS observed_at
    FROM presence
    GROUP BY marketplace, source, snapshot_date
),
list_nth AS (
    SELECT
        marketplace, source, snapshot_date, n_asins, observed_at,
        ROW_NUMBER() OVER (PARTITION BY marketplace, source ORDER BY snapshot_date) AS nth
    FROM list
),
present AS (
    SELECT
        p.marketplace AS marketplace, p.source AS source, p.asin AS asin, l.nth AS nth, l.nth + 1 AS next_nth,
        l.nth + 2 AS later_nth, p.observed_at AS observed_at, p.snapshot_date AS snapshot_date
    FROM presence AS p
    INNER JOIN list_nth AS l
        ON p.marketplace = l.marketplace AND p.source = l.source AND p.snapshot_date = l.snapshot_date
),
overlap AS (
    SELECT a.marketplace AS marketplace, a.source AS source, a.nth AS nth, COUNT(*) AS n_both
    FROM present AS a
    INNER JOIN present AS b
        ON a.marketplace = b.marketplace AND a.source = b.source AND a.asin = b.asin AND a.next_nth = b.nth
    GROUP BY a.marketplace, a.source, a.nth
),
-- Every list with the next one: `share` is how much of the older list stands in the newer.
step AS (
    SELECT
        l.marketplace AS marketplace, l.source AS source, l.nth AS nth, l.nth + 1 AS next_nth,
        l.observed_at AS observed_at, l.snapshot_date AS snapshot_date,
        CAST(o.n_both AS DOUBLE) / NULLIF(CAST(l.n_asins AS DOUBLE), 0) AS share
    FROM list_nth AS l
    INNER JOIN overlap AS o ON l.marketplace = o.marketplace AND l.source = o.source AND l.nth = o.nth
),
first_seen AS (
    SELECT marketplace, source, asin, MIN(nth) AS nth FROM present GROUP BY marketplace, source, asin
),
entered AS (
    SELECT
        f.marketplace AS marketplace, f.source AS source, f.asin AS asin, s.share AS share,
        l.snapshot_date AS happened_on,
        l.observed_at AS observed_at, s.observed_at AS observed_prev, s.snapshot_date AS day_prev
    FROM first_seen AS f
    INNER JOIN step AS s ON f.marketplace = s.marketplace AND f.source = s.source AND f.nth = s.next_nth
    INNER JOIN list_nth AS l ON f.marketplace = l.marketplace AND f.source = l.source AND f.nth = l.nth
    WHERE s.share >= 0.5
),
gone_once AS (
    SELECT p.marketplace AS marketplace, p.source AS source, p.asin AS asin, p.nth AS nth, p.next_nth AS next_nth,
        p.later_nth AS later_nth, p.observed_at AS observed_at, p.snapshot_date AS snapshot_date
    FROM present AS p
    LEFT JOIN present AS n
        ON p.marketplace = n.marketplace AND p.source = n.source AND p.asin = n.asin AND p.next_nth = n.nth
    WHERE n.asin IS NULL
),
gone_twice AS (
    SELECT g.marketplace AS marketplace, g.source AS source, g.asin AS asin, g.nth AS nth, g.next_nth AS next_nth,
        g.later_nth AS later_nth, g.observed_at AS observed_at, g.snapshot_date AS snapshot_date
    FROM gone_once AS g
    LEFT JOIN present AS n
        ON g.marketplace = n.marketplace AND g.source = n.source AND g.asin = n.asin AND g.later_nth = n.nth
    WHERE n.asin IS NULL
),
departed AS (
    SELECT
        g.marketplace AS marketplace, g.source AS source, g.asin AS asin, LEAST(s.share, t.share) AS share,
        l.snapshot_date AS happened_on, l.observed_at AS observed_at, g.observed_at AS observed_prev,
        g.snapshot_date AS day_prev
    FROM gone_twice AS g
    INNER JOIN step AS s ON g.marketplace = s.marketplace AND g.source = s.source AND g.nth = s.nth
    INNER JOIN step AS t ON g.marketplace = t.marketplace AND g.source = t.source AND g.next_nth = t.nth
    INNER JOIN list_nth AS l ON g.marketplace = l.marketplace AND g.source = l.source AND g.later_nth = l.nth
    WHERE s.share >= 0.8 AND t.share >= 0.8
),
event AS (
    SELECT marketplace, source, asin, 'entered' AS event, share, CAST(0.5 AS DOUBLE) AS threshold, happened_on,
        observed_at, observed_prev, day_prev
    FROM entered
    UNION ALL
    SELECT marketplace, source, asin, 'left' AS event, share, CAST(0.8 AS DOUBLE) AS threshold, happened_on,
        observed_at, observed_prev, day_prev
    FROM departed
),
dated AS (
    SELECT
        d.week_start AS week_start, e.marketplace AS marketplace, e.asin AS asin, e.source AS source, e.event AS event,
        e.share AS share, e.threshold AS threshold, e.observed_at AS observed_at, e.observed_prev AS observed_prev,
        d.day_number - b.day_number AS days_apart,
        ROW_NUMBER() OVER (
            PARTITION BY d.week_start, e.marketplace, e.asin, e.event ORDER BY e.observed_at, e.source
        ) AS nth
    FROM event AS e
    INNER JOIN calendar AS d ON e.happened_on = d.date
    INNER JOIN calendar AS b ON e.day_prev = b.date
)
SELECT
    week_start, marketplace, asin, source, event, 'list' AS figure, CAST(NULL AS VARCHAR) AS old_value,
    CAST(NULL AS VARCHAR) AS new_value, CAST(NULL AS DOUBLE) AS delta, share AS move, threshold, TRUE AS significant,
    observed_at, observed_prev, days_apart
FROM dated
WHERE nth = 1
