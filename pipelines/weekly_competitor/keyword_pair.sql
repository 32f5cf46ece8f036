-- Every keyword that an ASIN was measured for in this or in the compared week, organic and sponsored apart, both sides
-- on one row. A measure without a kind was not taken at all and is no row.
WITH measured AS (
    SELECT
        marketplace, source, asin, LOWER(TRIM(keyword)) AS keyword, 'organic' AS kind, snapshot_date, observed_at,
        organic_rank AS rank, organic_rank_kind AS rank_kind, COALESCE(queried_asins, '') AS queried_asins, account,
        family, report_id, source_row
    FROM keyword_rank
    WHERE organic_rank_kind IS NOT NULL
    UNION ALL
    SELECT
        marketplace, source, asin, LOWER(TRIM(keyword)) AS keyword, 'sponsored' AS kind, snapshot_date, observed_at,
        sponsored_rank AS rank, sponsored_rank_kind AS rank_kind, COALESCE(queried_asins, '') AS queried_asins,
        account, family, report_id, source_row
    FROM keyword_rank
    WHERE sponsored_rank_kind IS NOT NULL
),
ranked AS (
    -- Of two exports of one day the later says it; of two at the same moment the one that found a rank.
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY marketplace, source, asin, keyword, kind, snapshot_date
            ORDER BY observed_at DESC NULLS LAST, CASE WHEN rank_kind = 'exact' THEN 1 ELSE 0 END DESC NULLS LAST,
                report_id DESC NULLS LAST, source_row DESC NULLS LAST
        ) AS nth
    FROM measured
),
seen AS (
    SELECT
        marketplace, source, asin, keyword, kind, snapshot_date,
        -- Some exports write 0 where an ASIN does not rank: a zero is no rank.
        CASE WHEN rank_kind <> 'unranked' AND rank > 0 THEN rank END AS rank,
        CASE WHEN rank_kind = 'exact' AND COALESCE(rank, 0) <= 0 THEN 'unranked' ELSE rank_kind END AS rank_kind,
        account, family, report_id
    FROM ranked
    WHERE nth = 1
),
universe AS (
    -- The ASINs asked for together decide which keywords an export lists; a kind of rank that one of two exports did
    -- not take at all is not compared.
    SELECT
        marketplace, source, asin, kind, snapshot_date, MIN(queried_asins) AS first_query,
        MAX(queried_asins) AS last_query
    FROM measured
    GROUP BY marketplace, source, asin, kind, snapshot_date
),
pair AS (
    SELECT
        o.marketplace AS marketplace, o.source AS source, o.asin AS asin, n.kind AS kind, o.week_start AS week_start,
        o.observed_date AS observed_date, o.observed_at AS observed_at, o.prev_date AS prev_date,
        o.prev_at AS observed_prev, o.days_apart AS days_apart,
        n.first_query <> '' AND n.first_query = b.first_query AND n.last_query = b.last_query AS same_universe
    FROM observation_pairs AS o
    INNER JOIN universe AS n
        ON o.marketplace = n.marketplace AND o.source = n.source AND o.asin = n.asin
        AND o.observed_date = n.snapshot_date
    INNER JOIN universe AS b
        ON o.marketplace = b.marketplace AND o.source = b.source AND o.asin = b.asin AND o.prev_date = b.snapshot_date
        AND n.kind = b.kind
    WHERE o.subject = 'keyword_rank'
),
side AS (
    SELECT
        p.week_start AS week_start, p.marketplace AS marketplace, p.source AS source, p.asin AS asin,
        s.keyword AS keyword, s.kind AS kind, 'now' AS taken, s.rank AS rank, s.rank_kind AS rank_kind,
        s.account AS account, s.family AS family, s.report_id AS report_id
    FROM pair AS p
    INNER JOIN seen AS s
        ON p.marketplace = s.marketplace AND p.source = s.source AND p.asin = s.asin AND p.kind = s.kind
        AND p.observed_date = s.snapshot_date
    UNION ALL
    SELECT
        p.week_start AS week_start, p.marketplace AS marketplace, p.source AS source, p.asin AS asin,
        s.keyword AS keyword, s.kind AS kind, 'before' AS taken, s.rank AS rank, s.rank_kind AS rank_kind,
        s.account AS account, s.family AS family, s.report_id AS report_id
    FROM pair AS p
    INNER JOIN seen AS s
        ON p.marketplace = s.marketplace AND p.source = s.source AND p.asin = s.asin AND p.kind = s.kind
        AND p.prev_date = s.snapshot_date
),
matched AS (
    SELECT
        week_start, marketplace, source, asin, keyword, kind,
        MAX(CASE WHEN taken = 'now' THEN rank END) AS rank,
        MAX(CASE WHEN taken = 'now' THEN rank_kind END) AS rank_kind,
        MAX(CASE WHEN taken = 'before' THEN rank END) AS rank_prev,
        MAX(CASE WHEN taken = 'before' THEN rank_kind END) AS rank_kind_prev,
        MAX(account) AS account, MAX(family) AS family,
        COALESCE(MAX(CASE WHEN taken = 'now' THEN report_id END), MAX(report_id)) AS report_id
    FROM side
    GROUP BY week_start, marketplace, source, asin, keyword, kind
),
volume AS (
    SELECT marketplace, source, snapshot_date, phrase, MAX(search_volume) AS search_volume
    FROM (
        SELECT marketplace, source, snapshot_date, LOWER(TRIM(keyword)) AS phrase, search_volume FROM keyword
    ) AS plain
    GROUP BY marketplace, source, snapshot_date, phrase
)
SELECT
    b.week_start AS week_start, b.marketplace AS marketplace, b.source AS source, b.asin AS asin, b.keyword AS keyword,
    b.kind AS kind, b.rank AS rank, b.rank_kind AS rank_kind, b.rank_prev AS rank_prev,
    b.rank_kind_prev AS rank_kind_prev, b.account AS account, b.family AS family, b.report_id AS report_id,
    p.observed_at AS observed_at, p.observed_prev AS observed_prev, p.days_apart AS days_apart,
    p.same_universe AS same_universe, v.search_volume AS search_volume, w.search_volume AS search_volume_prev
FROM matched AS b
INNER JOIN pair AS p
    ON b.week_start = p.week_start AND b.marketplace = p.marketplace AND b.source = p.source AND b.asin = p.asin
    AND b.kind = p.kind
LEFT JOIN volume AS v
    ON p.marketplace = v.marketplace AND p.source = v.source AND p.observed_date = v.snapshot_date
    AND b.keyword = v.phrase
LEFT JOIN volume AS w
    ON p.marketplace = w.marketplace AND p.source = w.source AND p.prev_date = w.snapshot_date
    AND b.keyword = w.phrase
