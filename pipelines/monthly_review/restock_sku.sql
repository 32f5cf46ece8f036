-- Every SKU that stands in the newest stock list or in the product seed, with its product and pool on the day. A
-- marketplace that several European sites share shows one stock several times: it counts once, by FNSKU and region.
WITH begun AS (
    SELECT
        p.account AS account, p.marketplace AS marketplace, p.sku AS sku, p.asin AS asin, p.fnsku AS fnsku,
        p.product AS product, p.name_zh AS name_zh, p.owner AS owner, p.stage AS stage, p.fulfilment AS fulfilment,
        p.stock_pool AS stock_pool, COALESCE(p.valid_from, DATE '1900-01-01') AS valid_from, a.as_of AS as_of
    FROM products AS p CROSS JOIN as_of AS a
    WHERE p.sku IS NOT NULL AND p.product IS NOT NULL
),
mapping AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY account, marketplace, sku ORDER BY valid_from DESC NULLS LAST, product DESC NULLS LAST
        ) AS nth
    FROM begun
    WHERE valid_from <= as_of
),
known AS (
    SELECT * FROM mapping WHERE nth = 1
),
dated AS (
    SELECT
        i.account AS account, i.marketplace AS marketplace, i.sku AS sku, i.asin AS asin, i.fnsku AS fnsku,
        i.snapshot_date AS snapshot_date, i.fulfillable AS fulfillable, i.fc_transfer AS fc_transfer,
        i.mfn_fulfillable AS mfn_fulfillable, i.inbound_shipped AS inbound_shipped,
        i.inbound_receiving AS inbound_receiving, i.inbound_working AS inbound_working,
        i.observed_at AS observed_at, i.family AS family
    FROM inventory AS i CROSS JOIN as_of AS a
    WHERE i.snapshot_date <= a.as_of
),
newest AS (
    -- A list is whole: a SKU that is not in the newest one is gone, not unchanged.
    SELECT account, marketplace, MAX(snapshot_date) AS snapshot_date
    FROM dated
    GROUP BY account, marketplace
),
stock AS (
    SELECT
        d.account AS account, d.marketplace AS marketplace, d.sku AS sku, MIN(d.asin) AS asin, MIN(d.fnsku) AS fnsku,
        d.snapshot_date AS snapshot_date, SUM(d.fulfillable) AS fulfillable, SUM(d.fc_transfer) AS fc_transfer,
        SUM(d.mfn_fulfillable) AS mfn_fulfillable, SUM(d.inbound_shipped) AS inbound_shipped,
        SUM(d.inbound_receiving) AS inbound_receiving, SUM(d.inbound_working) AS inbound_working,
        MAX(d.observed_at) AS observed_at, MIN(d.family) AS family
    FROM dated AS d
    INNER JOIN newest AS n
        ON d.account = n.account AND d.marketplace = n.marketplace AND d.snapshot_date = n.snapshot_date
    GROUP BY d.account, d.marketplace, d.sku, d.snapshot_date
),
described AS (
    SELECT
        s.account AS account, s.marketplace AS marketplace, s.sku AS sku, COALESCE(k.asin, s.asin) AS asin,
        COALESCE(s.fnsku, k.fnsku, s.sku) AS fnsku, k.product IS NOT NULL AS mapped,
        COALESCE(k.product, s.sku) AS product, k.name_zh AS name_zh, k.owner AS owner, k.stage AS stage,
        COALESCE(k.stock_pool, s.marketplace) AS stock_pool, s.snapshot_date AS snapshot_date,
        CASE WHEN UPPER(k.fulfilment) IN ('FBM', 'MFN') THEN s.mfn_fulfillable ELSE s.fulfillable END AS sellable,
        CASE WHEN UPPER(k.fulfilment) IN ('FBM', 'MFN') THEN NULL ELSE s.fc_transfer END AS reserved_returning,
        s.inbound_shipped AS inbound_shipped, s.inbound_receiving AS inbound_receiving,
        s.inbound_working AS inbound_working, s.observed_at AS observed_at, s.family AS family,
        CASE
            WHEN s.marketplace IN ('DE', 'FR', 'IT', 'ES', 'NL', 'PL', 'SE', 'BE', 'IE') THEN 'EU'
            ELSE s.marketplace
        END AS region
    FROM stock AS s
    LEFT JOIN known AS k ON s.account = k.account AND s.marketplace = k.marketplace AND s.sku = k.sku
    UNION ALL
    SELECT
        k.account AS account, k.marketplace AS marketplace, k.sku AS sku, k.asin AS asin,
        COALESCE(k.fnsku, k.sku) AS fnsku, TRUE AS mapped, k.product AS product, k.name_zh AS name_zh,
        k.owner AS owner, k.stage AS stage, COALESCE(k.stock_pool, k.marketplace) AS stock_pool,
        CAST(NULL AS DATE) AS snapshot_date, CAST(NULL AS BIGINT) AS sellable,
        CAST(NULL AS BIGINT) AS reserved_returning, CAST(NULL AS BIGINT) AS inbound_shipped,
        CAST(NULL AS BIGINT) AS inbound_receiving, CAST(NULL AS BIGINT) AS inbound_working,
        s.observed_at AS observed_at,
        s.family AS family,
        CASE
            WHEN k.marketplace IN ('DE', 'FR', 'IT', 'ES', 'NL', 'PL', 'SE', 'BE', 'IE') THEN 'EU'
            ELSE k.marketplace
        END AS region
    FROM known AS k
    LEFT JOIN stock AS s ON k.account = s.account AND k.marketplace = s.marketplace AND k.sku = s.sku
    WHERE s.sku IS NULL
)
SELECT
    *,
    -- 1: the row whose stock counts.
    ROW_NUMBER() OVER (
        PARTITION BY account, stock_pool, region, fnsku
        ORDER BY COALESCE(snapshot_date, DATE '1900-01-01') DESC NULLS LAST, COALESCE(sellable, 0) DESC NULLS LAST,
            marketplace DESC NULLS LAST, sku DESC NULLS LAST
    ) AS stock_nth
FROM described
