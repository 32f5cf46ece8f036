-- The best organic rank that any ASIN of an own product has on each keyword in a week, and what kind of no rank else.
SELECT
    b.week_start AS week_start, b.account AS account, b.marketplace AS marketplace, b.product AS product,
    k.keyword AS keyword, COUNT(*) AS n_own_measured,
    MIN(CASE WHEN k.rank_kind = 'exact' THEN k.rank END) AS own_rank,
    MAX(CASE WHEN k.rank_kind = 'worse_than' THEN 1 ELSE 0 END) AS n_beyond, MAX(k.snapshot_date) AS observed_on,
    MIN(k.source) AS source, CASE WHEN MIN(k.family) = MAX(k.family) THEN MIN(k.family) ELSE 'mixed' END AS family
FROM competitor_bridge AS b
INNER JOIN keyword_week AS k
    ON b.week_start = k.week_start AND b.marketplace = k.marketplace AND b.asin = k.asin
WHERE b.is_own AND k.kind = 'organic'
GROUP BY b.week_start, b.account, b.marketplace, b.product, k.keyword
