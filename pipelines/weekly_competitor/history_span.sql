-- The weeks that something was observed in, and the ones before them.
SELECT DISTINCT week_start
FROM (
    SELECT week_start FROM observation_pairs WHERE subject = 'product_snapshot'
    UNION ALL
    SELECT CAST(week_start - INTERVAL '7 days' AS DATE) AS week_start
    FROM observation_pairs
    WHERE subject = 'product_snapshot'
) AS either
