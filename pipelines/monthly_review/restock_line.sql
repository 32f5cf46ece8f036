-- The SKUs of a restock plan, each with its own stock, its own sales and what Amazon advises. Stock that several sites
-- show counts once, on one row, and units of an ASIN that has several SKUs stand on the first, so that nothing doubles.
WITH nth_of_asin AS (
    SELECT
        account, marketplace, stock_pool, sku, asin,
        ROW_NUMBER() OVER (PARTITION BY account, marketplace, asin ORDER BY sku) AS nth,
        COUNT(*) OVER (PARTITION BY account, marketplace, asin) AS n_skus
    FROM restock_sku
    WHERE asin IS NOT NULL
),
sold AS (
    SELECT
        account, marketplace, asin, MAX(CASE WHEN span = 7 THEN units END) AS units_7,
        MAX(CASE WHEN span = 30 THEN units END) AS units_30, MAX(CASE WHEN span = 90 THEN units END) AS units_90
    FROM restock_sold
    GROUP BY account, marketplace, asin
),
span AS (
    SELECT
        account, marketplace, MAX(CASE WHEN span = 7 THEN n_days END) AS days_7,
        MAX(CASE WHEN span = 30 THEN n_days END) AS days_30, MAX(CASE WHEN span = 90 THEN n_days END) AS days_90,
        MAX(end_day) AS end_day
    FROM restock_range
    GROUP BY account, marketplace
),
line AS (
    SELECT
        a.as_of AS as_of, a.day_number AS as_of_day, s.account AS account, s.stock_pool AS stock_pool,
        s.product AS product, s.marketplace AS marketplace, s.sku AS sku, s.asin AS asin, s.fnsku AS fnsku,
        s.mapped AS mapped, s.name_zh AS name_zh, s.owner AS owner, s.stage AS stage,
        s.snapshot_date AS stock_date, a.day_number - c.day_number AS stock_age_days, s.stock_nth = 1 AS counts,
        CASE WHEN s.stock_nth = 1 THEN s.sellable END AS sellable_units,
        CASE WHEN s.stock_nth = 1 THEN s.reserved_returning END AS returning_units,
        CASE WHEN s.stock_nth = 1 THEN s.inbound_shipped END AS inbound_shipped_units,
        CASE WHEN s.stock_nth = 1 THEN s.inbound_receiving END AS inbound_receiving_units,
        CASE WHEN s.stock_nth = 1 THEN s.inbound_working END AS inbound_planned_units,
        COALESCE(n.n_skus, 0) AS n_skus_of_asin,
        -- The report lists every ASIN that was looked at: one that is missing from a known range sold nothing.
        CASE WHEN n.nth = 1 AND p.days_7 IS NOT NULL THEN COALESCE(u.units_7, 0) END AS units_7,
        CASE WHEN n.nth = 1 AND p.days_30 IS NOT NULL THEN COALESCE(u.units_30, 0) END AS units_30,
        CASE WHEN n.nth = 1 AND p.days_90 IS NOT NULL THEN COALESCE(u.units_90, 0) END AS units_90,
        p.days_7 AS days_7, p.days_30 AS days_30, p.days_90 AS days_90, p.end_day AS end_day,
        v.units AS amazon_units, v.ship_date AS amazon_ship_date, v.days_of_supply AS amazon_supply_days,
        v.alert AS amazon_alert, v.action AS amazon_action, v.advice_date AS amazon_advice_date, s.family AS family,
        s.observed_at AS observed_at
    FROM restock_sku AS s
    CROSS JOIN as_of AS a
    LEFT JOIN nth_of_asin AS n
        ON s.account = n.account AND s.marketplace = n.marketplace AND s.stock_pool = n.stock_pool AND s.sku = n.sku
    LEFT JOIN sold AS u ON s.account = u.account AND s.marketplace = u.marketplace AND s.asin = u.asin
    LEFT JOIN span AS p ON s.account = p.account AND s.marketplace = p.marketplace
    LEFT JOIN restock_advice_now AS v
        ON s.account = v.account AND s.marketplace = v.marketplace AND s.sku = v.sku
    LEFT JOIN calendar AS c ON s.snapshot_date = c.date
)
SELECT
    as_of, account, stock_pool, product, marketplace, sku, asin, fnsku, mapped, name_zh, owner, stage, stock_date,
    stock_age_days, counts, sellable_units, returning_units, inbound_shipped_units, inbound_receiving_units,
    inbound_planned_units, n_skus_of_asin, units_7, days_7, units_30, days_30, units_90, days_90,
    CAST(units_30 AS DOUBLE) / NULLIF(CAST(days_30 AS DOUBLE), 0) AS velocity_30,
    CAST(sellable_units AS DOUBLE) * CAST(days_30 AS DOUBLE) / NULLIF(CAST(units_30 AS DOUBLE), 0)
        AS supply_days_sellable,
    amazon_units, amazon_ship_date, amazon_supply_days, amazon_alert, amazon_action, amazon_advice_date,
    90 AS days_expected, COALESCE(days_90, days_30, days_7, 0) AS days_covered,
    COALESCE(stock_age_days <= 3 AND end_day >= as_of_day - 35, FALSE) AS mature, family, observed_at
FROM line
