-- What Amazon itself advises, by SKU, in the newest advice of each marketplace.
WITH dated AS (
    SELECT
        r.account AS account, r.marketplace AS marketplace, r.sku AS sku, r.snapshot_date AS snapshot_date,
        r.recommended_quantity AS units, r.recommended_ship_date AS ship_date, r.days_of_supply AS days_of_supply,
        r.alert AS alert, r.recommended_action AS action
    FROM restock_advice AS r
    CROSS JOIN as_of AS a
    WHERE r.snapshot_date <= a.as_of AND r.sku IS NOT NULL
),
newest AS (
    SELECT account, marketplace, MAX(snapshot_date) AS snapshot_date FROM dated GROUP BY account, marketplace
)
SELECT
    d.account AS account, d.marketplace AS marketplace, d.sku AS sku, d.snapshot_date AS advice_date,
    SUM(d.units) AS units, MIN(d.ship_date) AS ship_date, MIN(d.days_of_supply) AS days_of_supply,
    MIN(d.alert) AS alert, MIN(d.action) AS action
FROM dated AS d
INNER JOIN newest AS n
    ON d.account = n.account AND d.marketplace = n.marketplace AND d.snapshot_date = n.snapshot_date
GROUP BY d.account, d.marketplace, d.sku, d.snapshot_date
