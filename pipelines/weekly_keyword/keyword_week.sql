-- The newest measure of each week of every ASIN on every keyword, organic and sponsored apart. A keyword that an export
-- does not list, or a kind that it did not take, is no row. Of two exports of one moment the one that found a rank says it.
WITH measured AS (
    SELECT
        marketplace, source, asin, LOWER(TRIM(keyword)) AS keyword, 'organic' AS kind, snapshot_date, observed_at,
        organic_rank AS rank, organic_rank_kind AS rank_kind, account, family, report_id, source_row
    FROM keyword_rank
    WHERE organic_rank_kind IS NOT NULL AND asin IS NOT NULL
    UNION ALL
    SELECT
        marketplace, source, asin, LOWER(TRIM(keyword)) AS keyword, 'sponsored' AS kind, snapshot_date, observed_at,
        sponsored_rank AS rank, sponsored_rank_kind AS rank_kind, account, family, report_id, source_row
    FROM keyword_rank
    WHERE sponsored_rank_kind IS NOT NULL AND asin IS NOT NULL
),
dated AS (
    SELECT
        d.week_start AS week_start, m.marketplace AS marketplace, m.source AS source, m.asin AS asin,
        m.keyword AS keyword, m.kind AS kind, m.snapshot_date AS snapshot_date, m.observed_at AS observed_at,
        m.rank AS rank, m.rank_kind AS rank_kind, m.account AS account, m.family AS family,
        m.report_id AS report_id, m.source_row AS source_row
    FROM measured AS m
    INNER JOIN calendar AS d ON m.snapshot_date = d.date
    WHERE m.keyword <> ''
),
ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY week_start, marketplace, asin, keyword, kind
            ORDER BY snapshot_date DESC NULLS LAST, observed_at DESC NULLS LAST,
                CASE WHEN rank_kind = 'exact' THEN 1 ELSE 0 END DESC NULLS LAST, source DESC NULLS LAST,
                report_id DESC NULLS LAST, source_row DESC NULLS LAST
        ) AS nth
    FROM dated
)
SELECT
    week_start, marketplace, source, asin, keyword, kind, snapshot_date, observed_at,
    -- Some exports write 0 where an ASIN does not rank: a zero is no rank.
    CASE WHEN rank_kind <> 'unranked' AND rank > 0 THEN rank END AS rank,
    CASE WHEN rank_kind = 'exact' AND COALESCE(rank, 0) <= 0 THEN 'unranked' ELSE rank_kind END AS rank_kind,
    account, family, report_id
FROM ranked
WHERE nth = 1
