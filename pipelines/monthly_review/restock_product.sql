-- The products that are planned, one row per account, pool and product, with stock, targets and lead times.
WITH planned AS (
    SELECT
        account, stock_pool, product, MIN(name_zh) AS name_zh, MIN(owner) AS owner, MIN(stage) AS stage,
        MAX(CASE WHEN mapped THEN 1 ELSE 0 END) = 1 AS mapped, COUNT(DISTINCT marketplace) AS n_marketplaces,
        CASE WHEN MIN(marketplace) = MAX(marketplace) THEN MIN(marketplace) ELSE 'several' END AS marketplace,
        COUNT(DISTINCT sku) AS n_skus, MIN(snapshot_date) AS stock_date, MIN(family) AS family,
        MAX(observed_at) AS observed_at,
        SUM(CASE WHEN stock_nth = 1 THEN sellable END) AS sellable,
        SUM(CASE WHEN stock_nth = 1 THEN reserved_returning END) AS reserved_returning,
        SUM(CASE WHEN stock_nth = 1 THEN inbound_shipped END) AS inbound_shipped,
        SUM(CASE WHEN stock_nth = 1 THEN inbound_receiving END) AS inbound_receiving,
        SUM(CASE WHEN stock_nth = 1 THEN inbound_working END) AS inbound_working
    FROM restock_sku
    GROUP BY account, stock_pool, product
),
target AS (
    SELECT
        s.account AS account, s.stock_pool AS stock_pool, s.product AS product,
        MAX(r.supply_days_min) AS supply_days_min, MAX(r.supply_days_max) AS supply_days_max
    FROM restock_sku AS s
    INNER JOIN monthly_rules AS r ON s.marketplace = r.marketplace
    GROUP BY s.account, s.stock_pool, s.product
),
member AS (
    SELECT DISTINCT account, stock_pool, product, marketplace, sku FROM restock_sku
),
own_rule AS (
    -- A rule for one of the product's SKUs; of several the slowest, so that nothing comes too late.
    SELECT
        m.account AS account, m.stock_pool AS stock_pool, m.product AS product, m.marketplace AS marketplace,
        1 AS exact,
        r.sku AS rule_sku, r.lead_days_buy AS lead_days_buy, r.lead_days_ship AS lead_days_ship,
        r.carton_units AS carton_units, r.moq AS moq, r.safety_days AS safety_days, r.mode AS mode
    FROM member AS m
    INNER JOIN restock AS r ON m.stock_pool = r.stock_pool AND m.sku = r.sku
    UNION ALL
    SELECT
        m.account AS account, m.stock_pool AS stock_pool, m.product AS product, m.marketplace AS marketplace,
        0 AS exact,
        '' AS rule_sku, r.lead_days_buy AS lead_days_buy, r.lead_days_ship AS lead_days_ship,
        r.carton_units AS carton_units, r.moq AS moq, r.safety_days AS safety_days, r.mode AS mode
    FROM member AS m
    INNER JOIN restock AS r ON m.stock_pool = r.stock_pool
    WHERE r.sku IS NULL OR TRIM(r.sku) = ''
),
timed AS (
    SELECT
        o.account AS account, o.stock_pool AS stock_pool, o.product AS product, o.exact AS exact,
        o.rule_sku AS rule_sku, o.lead_days_buy AS lead_days_buy,
        COALESCE(o.lead_days_ship, t.days) AS lead_days_ship, o.carton_units AS carton_units, o.moq AS moq,
        o.safety_days AS safety_days, o.mode AS mode,
        ROW_NUMBER() OVER (
            PARTITION BY o.account, o.stock_pool, o.product
            ORDER BY o.exact DESC NULLS LAST,
                COALESCE(o.lead_days_buy, 0) + COALESCE(o.lead_days_ship, COALESCE(t.days, 0)) DESC NULLS LAST,
                o.rule_sku DESC NULLS LAST, o.marketplace DESC NULLS LAST
        ) AS nth
    FROM own_rule AS o
    LEFT JOIN transport AS t ON o.marketplace = t.marketplace AND o.mode = t.mode
),
rule AS (
    SELECT * FROM timed WHERE nth = 1
)
SELECT
    p.account AS account, p.stock_pool AS stock_pool, p.product AS product, p.name_zh AS name_zh, p.owner AS owner,
    p.stage AS stage, p.mapped AS mapped, p.n_marketplaces AS n_marketplaces, p.marketplace AS marketplace,
    p.n_skus AS n_skus, p.stock_date AS stock_date, p.family AS family, p.observed_at AS observed_at,
    p.sellable AS sellable, p.reserved_returning AS reserved_returning, p.inbound_shipped AS inbound_shipped,
    p.inbound_receiving AS inbound_receiving, p.inbound_working AS inbound_working,
    t.supply_days_min AS supply_days_min, t.supply_days_max AS supply_days_max, r.lead_days_buy AS lead_days_buy,
    r.lead_days_ship AS lead_days_ship, r.carton_units AS carton_units, r.moq AS moq, r.safety_days AS safety_days,
    r.mode AS mode
FROM planned AS p
LEFT JOIN target AS t
    ON p.account = t.account AND p.stock_pool = t.stock_pool AND p.product = t.product
LEFT JOIN rule AS r
    ON p.account = r.account AND p.stock_pool = r.stock_pool AND p.product = r.product
