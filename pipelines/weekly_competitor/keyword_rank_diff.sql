-- Where each watched ASIN stands on each keyword against the last time. A keyword that is missing on one side was not
-- observed there: gone from the export is not gone from the results, and new in it is not new to them. Entered and left
-- are said only of keywords that both exports hold.
WITH stated AS (
    SELECT
        *,
        rank_kind IS NOT NULL AS observed,
        rank_kind_prev IS NOT NULL AS observed_before,
        CASE
            WHEN rank_kind = 'exact' AND rank_kind_prev = 'exact' AND rank < rank_prev THEN 'improved'
            WHEN rank_kind = 'exact' AND rank_kind_prev = 'exact' AND rank > rank_prev THEN 'declined'
            WHEN rank_kind = 'exact' AND rank_kind_prev = 'exact' THEN 'same'
            WHEN rank_kind = 'exact' AND rank_kind_prev IS NOT NULL THEN 'entered'
            WHEN rank_kind = 'exact' THEN 'not_observed'
            WHEN rank_kind = 'worse_than' AND rank_kind_prev IS NOT NULL THEN 'out_of_range'
            WHEN rank_kind = 'unranked' AND rank_kind_prev = 'exact' THEN 'left'
            WHEN rank_kind = 'unranked' AND rank_kind_prev = 'worse_than' THEN 'out_of_range'
            WHEN rank_kind IS NULL AND rank_kind_prev IN ('exact', 'worse_than') THEN 'not_observed'
        END AS status
    FROM keyword_pair
),
chosen AS (
    -- One source a row: the one that can compare, then the newer.
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY week_start, marketplace, asin, keyword, kind
            ORDER BY CASE WHEN status = 'not_observed' THEN 0 ELSE 1 END DESC NULLS LAST,
                observed_at DESC NULLS LAST, source DESC NULLS LAST
        ) AS nth
    FROM stated
    WHERE status IS NOT NULL
),
banded AS (
    SELECT
        *,
        CASE
            WHEN rank_kind = 'worse_than' THEN 'beyond'
            WHEN rank IS NULL THEN NULL
            WHEN rank <= 3 THEN '1-3'
            WHEN rank <= 10 THEN '4-10'
            WHEN rank <= 50 THEN '11-50'
            WHEN rank <= 100 THEN '51-100'
            WHEN rank <= 300 THEN '101-300'
            ELSE 'beyond'
        END AS band,
        CASE
            WHEN rank_kind_prev = 'worse_than' THEN 'beyond'
            WHEN rank_prev IS NULL THEN NULL
            WHEN rank_prev <= 3 THEN '1-3'
            WHEN rank_prev <= 10 THEN '4-10'
            WHEN rank_prev <= 50 THEN '11-50'
            WHEN rank_prev <= 100 THEN '51-100'
            WHEN rank_prev <= 300 THEN '101-300'
            ELSE 'beyond'
        END AS band_prev,
        COALESCE(rank_kind = 'exact' AND rank <= 10, FALSE) AS in_top10,
        COALESCE(rank_kind_prev = 'exact' AND rank_prev <= 10, FALSE) AS in_top10_prev
    FROM chosen
    WHERE nth = 1
)
SELECT
    k.week_start AS week_start, k.marketplace AS marketplace, k.asin AS asin, k.keyword AS keyword, k.kind AS kind,
    k.status AS status, k.rank AS rank, k.rank_kind AS rank_kind, k.rank_prev AS rank_prev,
    k.rank_kind_prev AS rank_kind_prev,
    CASE WHEN k.rank_kind = 'exact' AND k.rank_kind_prev = 'exact' THEN k.rank - k.rank_prev END AS rank_delta,
    k.band AS band, k.band_prev AS band_prev,
    CASE
        WHEN k.status = 'not_observed' THEN NULL
        WHEN k.in_top10 AND NOT k.in_top10_prev THEN 'into'
        WHEN k.in_top10_prev AND NOT k.in_top10 THEN 'out_of'
    END AS crossed_top10,
    k.observed AS observed, k.observed_before AS observed_before, k.same_universe AS same_universe,
    COALESCE(k.search_volume, k.search_volume_prev) AS search_volume, k.search_volume_prev AS search_volume_prev,
    k.search_volume - k.search_volume_prev AS search_volume_delta, k.observed_at AS observed_at,
    k.observed_prev AS observed_prev, k.days_apart AS days_apart, k.source AS source,
    COALESCE(r.role, 'unmapped') AS role, r.role IS NOT NULL AS mapped, r.product AS product, r.owner AS owner,
    k.account AS account, k.family AS family, k.report_id AS report_id, COALESCE(r.role = 'own', FALSE) AS is_own,
    t.rank_change_min AS rank_change_min,
    CASE
        WHEN k.status IN ('entered', 'left') THEN TRUE
        WHEN k.status IN ('improved', 'declined') THEN ABS(k.rank - k.rank_prev) >= t.rank_change_min
        ELSE FALSE
    END AS significant
FROM banded AS k
LEFT JOIN weekly_rules AS t ON k.marketplace = t.marketplace
LEFT JOIN asin_role AS r
    ON k.week_start = r.week_start AND k.marketplace = r.marketplace AND k.asin = r.asin
