-- Search query performance of Amazon's own weeks, Sunday to Saturday whatever the house calls a week: what part of a
-- query's impressions, clicks, cart adds and purchases came to a brand or an ASIN, against the week before. A brand's
-- figures are not the sum of its ASINs'. A query that the newer report of the same subject lacks has gone below what
-- Amazon lists: it is a row without figures of its own.
WITH weekly AS (
    SELECT
        q.period_start AS week_start, q.period_end AS week_end,
        CAST(q.period_start - INTERVAL '7 days' AS DATE) AS week_prev,
        CAST(q.period_start + INTERVAL '7 days' AS DATE) AS week_next, q.account AS account,
        q.marketplace AS marketplace, COALESCE(q.subject, '') AS subject, LOWER(TRIM(q.search_query)) AS query,
        q.family AS family, q.search_query_score AS query_rank, q.search_query_volume AS search_volume,
        q.impressions_total AS impressions_total, q.impressions_own AS impressions_own,
        q.clicks_total AS clicks_total, q.clicks_own AS clicks_own, q.cart_adds_total AS cart_adds_total,
        q.cart_adds_own AS cart_adds_own, q.purchases_total AS purchases_total, q.purchases_own AS purchases_own,
        q.observed_at AS observed_at, q.report_id AS report_id,
        ROW_NUMBER() OVER (
            PARTITION BY q.period_start, q.account, q.marketplace, q.subject, LOWER(TRIM(q.search_query))
            ORDER BY q.observed_at DESC NULLS LAST, q.report_id DESC NULLS LAST, q.source_row DESC NULLS LAST
        ) AS nth
    FROM search_query AS q
    INNER JOIN calendar AS s ON q.period_start = s.date
    INNER JOIN calendar AS e ON q.period_end = e.date
    WHERE e.day_number - s.day_number = 6 AND TRIM(q.search_query) <> ''
),
seen AS (
    SELECT * FROM weekly WHERE nth = 1
),
reported AS (
    SELECT DISTINCT week_start, account, marketplace, subject FROM seen
),
gone AS (
    SELECT
        b.week_next AS week_start, b.account AS account, b.marketplace AS marketplace, b.subject AS subject,
        b.query AS query, b.family AS family
    FROM seen AS b
    INNER JOIN reported AS r
        ON b.week_next = r.week_start AND b.account = r.account AND b.marketplace = r.marketplace
        AND b.subject = r.subject
    INNER JOIN keyword_rules AS t ON b.marketplace = t.marketplace
    LEFT JOIN seen AS n
        ON b.week_next = n.week_start AND b.account = n.account AND b.marketplace = n.marketplace
        AND b.subject = n.subject AND b.query = n.query
    WHERE n.query IS NULL AND b.search_volume >= t.query_volume_min
),
listed AS (
    SELECT
        week_start, week_end, week_prev, account, marketplace, subject, query, family, query_rank, search_volume,
        impressions_total, impressions_own, clicks_total, clicks_own, cart_adds_total, cart_adds_own, purchases_total,
        purchases_own, observed_at, report_id, TRUE AS is_listed
    FROM seen
    UNION ALL
    SELECT
        week_start, CAST(week_start + INTERVAL '6 days' AS DATE) AS week_end,
        CAST(week_start - INTERVAL '7 days' AS DATE) AS week_prev, account, marketplace, subject, query, family,
        CAST(NULL AS BIGINT) AS query_rank, CAST(NULL AS BIGINT) AS search_volume,
        CAST(NULL AS BIGINT) AS impressions_total, CAST(NULL AS BIGINT) AS impressions_own,
        CAST(NULL AS BIGINT) AS clicks_total, CAST(NULL AS BIGINT) AS clicks_own,
        CAST(NULL AS BIGINT) AS cart_adds_total, CAST(NULL AS BIGINT) AS cart_adds_own,
        CAST(NULL AS BIGINT) AS purchases_total, CAST(NULL AS BIGINT) AS purchases_own,
        CAST(NULL AS TIMESTAMP) AS observed_at, CAST(NULL AS VARCHAR) AS report_id, FALSE AS is_listed
    FROM gone
),
compared AS (
    SELECT
        l.week_start AS week_start, l.week_end AS week_end, l.account AS account, l.marketplace AS marketplace,
        l.subject AS subject, l.query AS query, l.family AS family, l.query_rank AS query_rank,
        l.search_volume AS search_volume, l.impressions_total AS impressions_total,
        l.impressions_own AS impressions_own, l.clicks_total AS clicks_total, l.clicks_own AS clicks_own,
        l.cart_adds_total AS cart_adds_total, l.cart_adds_own AS cart_adds_own,
        l.purchases_total AS purchases_total, l.purchases_own AS purchases_own, l.observed_at AS observed_at,
        l.report_id AS report_id, l.is_listed AS is_listed, b.search_volume AS search_volume_prev,
        CAST(l.purchases_own AS DOUBLE) / NULLIF(CAST(l.purchases_total AS DOUBLE), 0) AS purchase_share,
        CAST(b.purchases_own AS DOUBLE) / NULLIF(CAST(b.purchases_total AS DOUBLE), 0) AS purchase_share_prev,
        CAST(l.search_volume - b.search_volume AS DOUBLE) / NULLIF(CAST(b.search_volume AS DOUBLE), 0)
            AS search_volume_change,
        t.query_volume_min AS query_volume_min, t.query_volume_drop AS query_volume_drop,
        t.query_share_drop AS query_share_drop
    FROM listed AS l
    INNER JOIN keyword_rules AS t ON l.marketplace = t.marketplace
    LEFT JOIN seen AS b
        ON l.week_prev = b.week_start AND l.account = b.account AND l.marketplace = b.marketplace
        AND l.subject = b.subject AND l.query = b.query
),
own_asin AS (
    SELECT account, marketplace, asin, MIN(product) AS product, MIN(owner) AS owner
    FROM products
    WHERE asin IS NOT NULL
    GROUP BY account, marketplace, asin
)
SELECT
    c.week_start AS week_start, c.week_end AS week_end, c.account AS account, c.marketplace AS marketplace,
    c.subject AS subject, c.query AS search_query, p.product AS product, p.owner AS owner, c.family AS family,
    c.is_listed AS is_listed, c.query_rank AS query_rank, c.search_volume AS search_volume,
    c.search_volume_prev AS search_volume_prev, c.search_volume_change AS search_volume_change,
    c.impressions_own AS impressions_own, c.impressions_total AS impressions_total,
    CAST(c.impressions_own AS DOUBLE) / NULLIF(CAST(c.impressions_total AS DOUBLE), 0) AS impression_share,
    c.clicks_own AS clicks_own, c.clicks_total AS clicks_total,
    CAST(c.clicks_own AS DOUBLE) / NULLIF(CAST(c.clicks_total AS DOUBLE), 0) AS click_share,
    c.cart_adds_own AS cart_adds_own, c.cart_adds_total AS cart_adds_total,
    CAST(c.cart_adds_own AS DOUBLE) / NULLIF(CAST(c.cart_adds_total AS DOUBLE), 0) AS cart_add_share,
    c.purchases_own AS purchases_own, c.purchases_total AS purchases_total, c.purchase_share AS purchase_share,
    c.purchase_share_prev AS purchase_share_prev, c.purchase_share - c.purchase_share_prev AS purchase_share_delta,
    CASE
        WHEN NOT c.is_listed THEN 'gone'
        WHEN COALESCE(c.search_volume_prev, 0) < c.query_volume_min THEN NULL
        WHEN c.search_volume_change <= 0 - c.query_volume_drop THEN 'volume_drop'
        WHEN c.purchase_share <= c.purchase_share_prev * (1 - c.query_share_drop) AND c.purchase_share_prev > 0
            THEN 'share_drop'
    END AS alert,
    c.observed_at AS observed_at, c.report_id AS report_id
FROM compared AS c
LEFT JOIN own_asin AS p
    ON c.account = p.account AND c.marketplace = p.marketplace AND c.subject = p.asin
