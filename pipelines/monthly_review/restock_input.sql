-- What the simulation starts from: one row per account, pool and product.
SELECT
    p.account AS account, p.stock_pool AS stock_pool, p.product AS product, a.as_of AS as_of, p.sellable AS sellable,
    p.reserved_returning AS reserved_returning, v.units_7 AS units_7, v.units_30 AS units_30, v.units_90 AS units_90,
    v.days_7 AS days_7, v.days_30 AS days_30, v.days_90 AS days_90, CAST(NULL AS DOUBLE) AS weight_7,
    CAST(NULL AS DOUBLE) AS weight_30, CAST(NULL AS DOUBLE) AS weight_90, p.lead_days_buy AS lead_days_buy,
    p.lead_days_ship AS lead_days_ship, p.safety_days AS safety_days, CAST(NULL AS DOUBLE) AS demand_sd,
    CAST(NULL AS DOUBLE) AS service_z, p.supply_days_min AS supply_days_min, p.supply_days_max AS supply_days_max,
    p.carton_units AS carton_units, p.moq AS moq, p.mode AS mode
FROM restock_product AS p
CROSS JOIN as_of AS a
LEFT JOIN restock_velocity AS v
    ON p.account = v.account AND p.stock_pool = v.stock_pool AND p.product = v.product
