-- Who holds the first ten ranks of a keyword, of the ASINs that were measured. A rank that no row tells is held by
-- somebody who was not measured. Two ASINs measured at different hours may both show one rank.
WITH followed AS (
    SELECT
        *,
        LAG(rank) OVER (PARTITION BY marketplace, source, asin, keyword, kind ORDER BY week_start) AS rank_prev,
        LAG(rank_kind) OVER (PARTITION BY marketplace, source, asin, keyword, kind ORDER BY week_start)
            AS rank_kind_prev,
        LAG(snapshot_date) OVER (PARTITION BY marketplace, source, asin, keyword, kind ORDER BY week_start)
            AS observed_prev,
        COUNT(*) OVER (PARTITION BY week_start, marketplace, keyword, kind) AS n_measured
    FROM keyword_week
),
first_ten AS (
    SELECT * FROM followed WHERE rank_kind = 'exact' AND rank >= 1 AND rank <= 10
),
known AS (
    SELECT week_start, marketplace, keyword, kind, COUNT(DISTINCT rank) AS n_ranks_known
    FROM first_ten
    GROUP BY week_start, marketplace, keyword, kind
)
SELECT
    t.week_start AS week_start, t.marketplace AS marketplace, t.keyword AS keyword, t.kind AS kind, t.rank AS rank,
    t.asin AS asin, b.brand AS brand, COALESCE(b.is_own, FALSE) AS own_brand, COALESCE(r.role, 'unmapped') AS role,
    r.product AS product, r.owner AS owner, t.rank_prev AS rank_prev, t.rank_kind_prev AS rank_kind_prev,
    CASE WHEN t.rank_kind_prev = 'exact' THEN t.rank - t.rank_prev END AS rank_delta,
    CASE
        WHEN t.rank_kind_prev IS NULL THEN NULL
        ELSE NOT (t.rank_kind_prev = 'exact' AND t.rank_prev <= 10)
    END AS is_new,
    k.n_ranks_known AS n_ranks_known, t.n_measured AS n_measured, v.search_volume AS search_volume,
    t.snapshot_date AS observed_on, t.observed_prev AS observed_prev, t.source AS source, t.account AS account,
    t.family AS family, t.report_id AS report_id
FROM first_ten AS t
INNER JOIN known AS k
    ON t.week_start = k.week_start AND t.marketplace = k.marketplace AND t.keyword = k.keyword AND t.kind = k.kind
LEFT JOIN keyword_volume AS v
    ON t.week_start = v.week_start AND t.marketplace = v.marketplace AND t.keyword = v.keyword
LEFT JOIN asin_brand AS b ON t.marketplace = b.marketplace AND t.asin = b.asin
LEFT JOIN asin_role AS r
    ON t.week_start = r.week_start AND t.marketplace = r.marketplace AND t.asin = r.asin
