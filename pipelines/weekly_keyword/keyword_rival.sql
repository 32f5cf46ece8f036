-- How the competitors of a product rank on each keyword in a week: how many were measured, how many rank inside the
-- limit, and who ranks best.
WITH measured AS (
    SELECT
        b.week_start AS week_start, b.account AS account, b.marketplace AS marketplace, b.product AS product,
        b.asin AS asin, k.keyword AS keyword, k.rank AS rank, k.rank_kind AS rank_kind,
        COALESCE(k.rank_kind = 'exact' AND k.rank <= t.gap_rank_max, FALSE) AS is_ranking
    FROM competitor_bridge AS b
    INNER JOIN keyword_week AS k
        ON b.week_start = k.week_start AND b.marketplace = k.marketplace AND b.asin = k.asin
    INNER JOIN keyword_rules AS t ON b.marketplace = t.marketplace
    WHERE NOT b.is_own AND b.account IS NOT NULL AND k.kind = 'organic'
),
placed AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY week_start, account, marketplace, product, keyword
            ORDER BY CASE WHEN is_ranking THEN rank ELSE 1000000 END, asin
        ) AS nth
    FROM measured
)
SELECT
    week_start, account, marketplace, product, keyword, COUNT(*) AS n_rivals_measured,
    SUM(CASE WHEN is_ranking THEN 1 ELSE 0 END) AS n_rivals_ranking,
    MIN(CASE WHEN is_ranking THEN rank END) AS best_rival_rank,
    MIN(CASE WHEN is_ranking AND nth = 1 THEN asin END) AS best_rival_asin
FROM placed
GROUP BY week_start, account, marketplace, product, keyword
