-- What the restock plan of today says of stock that ends before a shipment can arrive, and of shipments that should
-- have been created by now. Plans that rest on nothing known check nothing.
WITH general AS (
    -- A pool of several marketplaces has none of its own.
    SELECT MAX(inbound_days_ahead) AS inbound_days_ahead FROM daily_rules
),
plan AS (
    SELECT
        p.account AS account, p.marketplace AS marketplace, p.product AS product, p.owner AS owner, p.status AS status,
        p.stock_date AS stock_date, p.supply_days_sellable AS supply_days_sellable,
        p.lead_days_ship AS lead_days_ship, p.last_ship_date AS last_ship_date, p.ship_units AS ship_units,
        p.inbound_planned_units AS inbound_planned_units, p.stock_out_date AS stock_out_date,
        p.reason_zh AS reason_zh, p.reason_en AS reason_en, s.day_number - a.day_number AS days_to_ship,
        COALESCE(r.inbound_days_ahead, g.inbound_days_ahead) AS inbound_days_ahead
    FROM restock_plan AS p
    INNER JOIN as_of AS a ON p.as_of = a.as_of
    CROSS JOIN general AS g
    LEFT JOIN calendar AS s ON p.last_ship_date = s.date
    LEFT JOIN daily_rules AS r ON p.marketplace = r.marketplace
    WHERE p.status NOT IN ('unknown', 'no_sales') AND p.stock_date IS NOT NULL
)
SELECT
    'stock_out' AS rule, account, marketplace, product AS subject, product, owner, stock_date AS checked_on,
    status IN ('out_of_stock', 'too_late') AS bad, 'red' AS level, supply_days_sellable AS figure,
    CAST(lead_days_ship AS DOUBLE) AS target, CAST(NULL AS DATE) AS since,
    CASE
        WHEN status = 'out_of_stock' THEN '已断货'
        ELSE '可售 ' || CAST(CAST(FLOOR(COALESCE(supply_days_sellable, 0)) AS BIGINT) AS VARCHAR) || ' 天，头程需 '
            || CAST(lead_days_ship AS VARCHAR) || ' 天' || COALESCE('，预计 ' || CAST(stock_out_date AS VARCHAR) || ' 断货', '')
    END AS evidence_zh,
    CASE
        WHEN status = 'out_of_stock' THEN 'out of stock'
        ELSE 'stock for ' || CAST(CAST(FLOOR(COALESCE(supply_days_sellable, 0)) AS BIGINT) AS VARCHAR)
            || ' days, a shipment takes ' || CAST(lead_days_ship AS VARCHAR)
            || COALESCE(', out on ' || CAST(stock_out_date AS VARCHAR), '')
    END AS evidence
FROM plan
UNION ALL
SELECT
    'inbound' AS rule, account, marketplace, product AS subject, product, owner, stock_date AS checked_on,
    ship_units > 0 AND COALESCE(inbound_planned_units, 0) = 0 AND status NOT IN ('out_of_stock', 'too_late')
        AND COALESCE(CAST(days_to_ship AS DOUBLE) <= inbound_days_ahead, FALSE) AS bad,
    CASE WHEN days_to_ship < 0 THEN 'red' ELSE 'yellow' END AS level, CAST(days_to_ship AS DOUBLE) AS figure,
    inbound_days_ahead AS target, CAST(NULL AS DATE) AS since,
    '最晚发货日 ' || COALESCE(CAST(last_ship_date AS VARCHAR), '未知') || '，可发 ' || COALESCE(CAST(ship_units AS VARCHAR), '0')
        || ' 件，尚无计划货件' AS evidence_zh,
    'last day to ship ' || COALESCE(CAST(last_ship_date AS VARCHAR), 'not known') || ', '
        || COALESCE(CAST(ship_units AS VARCHAR), '0') || ' units can leave, no shipment is planned' AS evidence
FROM plan
