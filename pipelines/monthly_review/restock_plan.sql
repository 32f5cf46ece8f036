-- What to ship and what to buy, one row per account, pool and product: the simulation beside what it rests on and what
-- Amazon advises for the SKUs whose stock counts.
WITH advised AS (
    SELECT
        s.account AS account, s.stock_pool AS stock_pool, s.product AS product, SUM(v.units) AS units,
        MIN(v.ship_date) AS ship_date
    FROM restock_sku AS s
    INNER JOIN restock_advice_now AS v
        ON s.account = v.account AND s.marketplace = v.marketplace AND s.sku = v.sku
    WHERE s.stock_nth = 1
    GROUP BY s.account, s.stock_pool, s.product
)
SELECT
    s.as_of AS as_of, s.account AS account, s.stock_pool AS stock_pool, s.product AS product, p.name_zh AS name_zh,
    p.owner AS owner, p.stage AS stage, p.mapped AS mapped, p.marketplace AS marketplace,
    p.n_marketplaces AS n_marketplaces, p.n_skus AS n_skus, s.status AS status, s.sellable_units AS sellable_units,
    s.inbound_units AS inbound_units, p.inbound_working AS inbound_planned_units,
    s.elsewhere_units AS elsewhere_units, s.velocity AS velocity, s.velocity_7 AS velocity_7,
    s.velocity_30 AS velocity_30, s.velocity_90 AS velocity_90, v.units_7 AS units_7, v.days_7 AS days_7,
    v.units_30 AS units_30, v.days_30 AS days_30, v.units_90 AS units_90, v.days_90 AS days_90,
    d.date AS velocity_until, s.safety_stock AS safety_stock,
    s.supply_days_sellable AS supply_days_sellable, s.supply_days_total AS supply_days_total,
    s.supply_days_at_arrival AS supply_days_at_arrival, p.supply_days_min AS supply_days_min,
    p.supply_days_max AS supply_days_max,
    CASE
        WHEN s.supply_days_sellable IS NULL THEN NULL
        ELSE s.supply_days_sellable >= p.supply_days_min AND s.supply_days_sellable <= p.supply_days_max
    END AS on_target,
    s.arrival_date AS arrival_date, s.stock_out_date AS stock_out_date,
    s.stock_out_date_total AS stock_out_date_total, s.back_in_stock_date AS back_in_stock_date,
    s.out_days AS out_days, s.lost_units AS lost_units, s.last_ship_date AS last_ship_date,
    s.last_buy_date AS last_buy_date, s.ship_need_units AS ship_need_units, s.ship_units AS ship_units,
    s.ship_cartons AS ship_cartons, s.buy_units AS buy_units, s.buy_cartons AS buy_cartons, g.units AS amazon_units,
    g.ship_date AS amazon_ship_date, p.mode AS mode,
    p.lead_days_buy AS lead_days_buy, p.lead_days_ship AS lead_days_ship, p.safety_days AS safety_days,
    p.carton_units AS carton_units, p.moq AS moq, p.stock_date AS stock_date,
    a.day_number - c.day_number AS stock_age_days,
    -- The horizon that velocity asks for, and how much of it is known.
    90 AS days_expected, COALESCE(v.days_90, v.days_30, v.days_7, 0) AS days_covered,
    COALESCE(a.day_number - c.day_number <= 3 AND v.velocity_until_day >= a.day_number - 35, FALSE) AS mature,
    p.family AS family, p.observed_at AS observed_at, s.reason_zh AS reason_zh, s.reason_en AS reason_en
FROM restock_simulation AS s
CROSS JOIN as_of AS a
INNER JOIN restock_product AS p ON s.account = p.account AND s.stock_pool = p.stock_pool AND s.product = p.product
LEFT JOIN restock_velocity AS v ON s.account = v.account AND s.stock_pool = v.stock_pool AND s.product = v.product
LEFT JOIN advised AS g ON s.account = g.account AND s.stock_pool = g.stock_pool AND s.product = g.product
LEFT JOIN calendar AS c ON p.stock_date = c.date
LEFT JOIN calendar AS d ON v.velocity_until_day = d.day_number
