-- On which lists of a source an ASIN stands: lists are numbered by day, and each sighting knows the numbers of the ones
-- before and after it. Two accounts that download the same list see it once.
WITH presence AS (
    SELECT marketplace, source, asin, snapshot_date, MAX(observed_at) AS observed_at
    FROM product_snapshot
    GROUP BY marketplace, source, asin, snapshot_date
),
list AS (
    SELECT marketplace, source, snapshot_date, COUNT(*) AS n_asins, MAX(observed_at) AS list_observed_at
    FROM presence
    GROUP BY marketplace, source, snapshot_date
),
list_nth AS (
    SELECT
        *, ROW_NUMBER() OVER (PARTITION BY marketplace, source ORDER BY snapshot_date) AS nth
    FROM list
)
SELECT
    p.marketplace AS marketplace, p.source AS source, p.asin AS asin, p.snapshot_date AS snapshot_date,
    p.observed_at AS observed_at, l.nth AS nth, l.n_asins AS n_asins, l.list_observed_at AS list_observed_at,
    LAG(l.nth) OVER (PARTITION BY p.marketplace, p.source, p.asin ORDER BY l.nth) AS nth_before,
    LEAD(l.nth) OVER (PARTITION BY p.marketplace, p.source, p.asin ORDER BY l.nth) AS nth_after
FROM presence AS p
INNER JOIN list_nth AS l
    ON p.marketplace = l.marketplace AND p.source = l.source AND p.snapshot_date = l.snapshot_date
