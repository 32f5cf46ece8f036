-- The slots of the basket's keywords that were measured: per week, keyword and kind one ASIN a rank (of two that were
-- measured at one rank the newer), with the weight of the keyword. The basket is fixed; a keyword without a volume has
-- no weight and is counted apart.
WITH basket AS (
    SELECT DISTINCT marketplace, LOWER(TRIM(keyword)) AS keyword FROM keyword_basket WHERE TRIM(keyword) <> ''
),
measured AS (
    SELECT DISTINCT
        k.week_start AS week_start, k.marketplace AS marketplace, k.kind AS kind, k.keyword AS keyword,
        v.search_volume AS search_volume
    FROM keyword_week AS k
    INNER JOIN basket AS b ON k.marketplace = b.marketplace AND k.keyword = b.keyword
    LEFT JOIN keyword_volume AS v
        ON k.week_start = v.week_start AND k.marketplace = v.marketplace AND k.keyword = v.keyword
),
ranked AS (
    SELECT
        k.week_start AS week_start, k.marketplace AS marketplace, k.kind AS kind, k.keyword AS keyword,
        k.asin AS asin, k.rank AS rank,
        ROW_NUMBER() OVER (
            PARTITION BY k.week_start, k.marketplace, k.kind, k.keyword, k.rank
            ORDER BY k.observed_at DESC NULLS LAST, k.asin DESC NULLS LAST
        ) AS nth
    FROM keyword_week AS k
    INNER JOIN keyword_rules AS t ON k.marketplace = t.marketplace
    WHERE k.rank_kind = 'exact' AND k.rank <= t.voice_slots
),
slot AS (
    SELECT
        r.week_start AS week_start, r.marketplace AS marketplace, r.kind AS kind, r.keyword AS keyword, r.rank AS rank,
        COALESCE(b.brand_key, '?') AS brand_key, b.brand AS brand, COALESCE(b.is_own, FALSE) AS is_own
    FROM ranked AS r
    LEFT JOIN asin_brand AS b ON r.marketplace = b.marketplace AND r.asin = b.asin
    WHERE r.nth = 1
)
-- A row without a rank stands for the keyword itself, so that one whose slots nobody measured still counts.
SELECT
    m.week_start AS week_start, m.marketplace AS marketplace, m.kind AS kind, m.keyword AS keyword,
    m.search_volume AS search_volume, CAST(NULL AS BIGINT) AS rank, CAST(NULL AS VARCHAR) AS brand_key,
    CAST(NULL AS VARCHAR) AS brand, FALSE AS is_own
FROM measured AS m
UNION ALL
SELECT
    m.week_start AS week_start, m.marketplace AS marketplace, m.kind AS kind, m.keyword AS keyword,
    m.search_volume AS search_volume, s.rank AS rank, s.brand_key AS brand_key, s.brand AS brand, s.is_own AS is_own
FROM measured AS m
INNER JOIN slot AS s
    ON m.week_start = s.week_start AND m.marketplace = s.marketplace AND m.kind = s.kind AND m.keyword = s.keyword
