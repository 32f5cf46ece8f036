-- Every part of a product's profit, each from one source: fees and refunds from settlements, advertising from the ads
-- reports, storage from its own report where there is one, cost of goods from the seed by the units that settlements tell
-- of. Income is above nought, cost below. Six digits, as storage fees have them.
WITH sku_product AS (
    SELECT
        s.month AS month, s.account AS account, s.marketplace AS marketplace, s.sku AS sku, MIN(p.product) AS product
    FROM settlement_money AS s
    INNER JOIN product_span AS p
        ON s.account = p.account AND s.marketplace = p.marketplace AND s.sku = p.key AND s.month_end >= p.valid_from
        AND s.month_end < p.valid_until
    WHERE p.key_kind = 'sku'
    GROUP BY s.month, s.account, s.marketplace, s.sku
),
stored AS (
    SELECT
        d.month AS month, d.month_end AS month_end, f.account AS account, f.marketplace AS marketplace,
        f.currency AS currency, f.asin AS asin, f.storage_fee AS storage_fee
    FROM storage_fee AS f
    INNER JOIN calendar AS d ON f.charged_month = d.date
    WHERE f.storage_fee IS NOT NULL
),
asin_product AS (
    SELECT
        s.month AS month, s.account AS account, s.marketplace AS marketplace, s.asin AS asin, MIN(p.product) AS product
    FROM stored AS s
    INNER JOIN product_span AS p
        ON s.account = p.account AND s.marketplace = p.marketplace AND s.asin = p.key AND s.month_end >= p.valid_from
        AND s.month_end < p.valid_until
    WHERE p.key_kind = 'asin'
    GROUP BY s.month, s.account, s.marketplace, s.asin
),
told_storage AS (
    SELECT DISTINCT month, account, marketplace FROM stored
),
sold AS (
    SELECT month, month_end, account, marketplace, sku, SUM(units) AS units
    FROM settlement_money
    WHERE sku IS NOT NULL AND units IS NOT NULL
    GROUP BY month, month_end, account, marketplace, sku
),
dated_cost AS (
    SELECT
        s.month AS month, s.account AS account, s.marketplace AS marketplace, s.sku AS sku, s.units AS units,
        c.unit_cost AS unit_cost, c.currency AS currency,
        ROW_NUMBER() OVER (
            PARTITION BY s.month, s.account, s.marketplace, s.sku
            ORDER BY COALESCE(c.valid_from, DATE '1900-01-01') DESC NULLS LAST, c.unit_cost DESC NULLS LAST
        ) AS nth
    FROM sold AS s
    INNER JOIN costs AS c ON s.marketplace = c.marketplace AND s.sku = c.sku
    WHERE COALESCE(c.valid_from, DATE '1900-01-01') <= s.month_end AND c.unit_cost IS NOT NULL
)
SELECT
    s.month AS month, s.account AS account, s.marketplace AS marketplace, s.currency AS currency,
    COALESCE(m.product, s.sku, 'unallocated') AS product, s.part AS part, CAST(s.amount AS DECIMAL(38, 6)) AS amount,
    s.units AS units
FROM settlement_money AS s
LEFT JOIN sku_product AS m
    ON s.month = m.month AND s.account = m.account AND s.marketplace = m.marketplace AND s.sku = m.sku
LEFT JOIN told_storage AS t ON s.month = t.month AND s.account = t.account AND s.marketplace = t.marketplace
WHERE s.part NOT IN ('advertising', 'transfer') AND (s.part <> 'storage' OR t.month IS NULL)
UNION ALL
SELECT
    start_date AS month, account, marketplace, currency,
    CASE WHEN ad_row = 'product' THEN product ELSE 'unallocated' END AS product, 'ads' AS part,
    CAST(0 - spend AS DECIMAL(38, 6)) AS amount, CAST(NULL AS BIGINT) AS units
FROM acos_product_all
WHERE kind = 'month' AND spend IS NOT NULL
UNION ALL
SELECT
    s.month AS month, s.account AS account, s.marketplace AS marketplace, s.currency AS currency,
    COALESCE(p.product, s.asin, 'unallocated') AS product, 'storage' AS part,
    CAST(0 - s.storage_fee AS DECIMAL(38, 6)) AS amount, CAST(NULL AS BIGINT) AS units
FROM stored AS s
LEFT JOIN asin_product AS p
    ON s.month = p.month AND s.account = p.account AND s.marketplace = p.marketplace AND s.asin = p.asin
UNION ALL
SELECT
    c.month AS month, c.account AS account, c.marketplace AS marketplace, c.currency AS currency,
    COALESCE(m.product, c.sku) AS product, 'goods' AS part, CAST(0 - c.unit_cost * c.units AS DECIMAL(38, 6)) AS amount,
    c.units AS units
FROM dated_cost AS c
LEFT JOIN sku_product AS m
    ON c.month = m.month AND c.account = m.account AND c.marketplace = m.marketplace AND c.sku = m.sku
WHERE c.nth = 1
UNION ALL
SELECT
    month, account, marketplace, currency, product, 'ordered' AS part,
    CAST(ordered_product_sales AS DECIMAL(38, 6)) AS amount, units_ordered AS units
FROM traffic
