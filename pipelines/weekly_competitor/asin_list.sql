-- The lists of a source, each with how much of it stands in the next list as well.
SELECT
    marketplace, source, nth, nth + 1 AS next_nth, nth + 2 AS later_nth, MAX(snapshot_date) AS snapshot_date,
    MAX(list_observed_at) AS observed_at,
    CAST(SUM(CASE WHEN nth_after = nth + 1 THEN 1 ELSE 0 END) AS DOUBLE) / NULLIF(CAST(MAX(n_asins) AS DOUBLE), 0)
        AS share_kept
FROM asin_sighting
GROUP BY marketplace, source, nth
