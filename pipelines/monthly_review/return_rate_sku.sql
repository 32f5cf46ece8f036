-- Returns by SKU, in the month of the return, beside what the SKU sold by the traffic report that is by SKU.
WITH returned AS (
    SELECT
        month, account, marketplace, COALESCE(sku, 'unknown') AS sku, MIN(asin) AS asin, MIN(product) AS product,
        MIN(owner) AS owner, MIN(family) AS family, SUM(quantity) AS units_returned,
        SUM(sellable) AS units_returned_sellable, MIN(observed_at) AS observed_at
    FROM return_line
    GROUP BY month, account, marketplace, COALESCE(sku, 'unknown')
),
sold AS (
    SELECT
        p.start_date AS month, t.account AS account, t.marketplace AS marketplace, t.sku AS sku,
        SUM(t.units_ordered) AS units_ordered
    FROM traffic_sku AS t
    INNER JOIN periods AS p ON t.period_start = p.start_date AND t.period_end = p.end_date
    WHERE t.period_certain AND p.kind = 'month'
    GROUP BY p.start_date, t.account, t.marketplace, t.sku
)
SELECT
    r.month AS month, r.account AS account, r.marketplace AS marketplace, r.sku AS sku, r.asin AS asin,
    r.product AS product, r.owner AS owner, r.family AS family, p.n_days AS days_expected,
    CASE WHEN s.units_ordered IS NULL THEN 0 ELSE p.n_days END AS days_covered, r.units_returned AS units_returned,
    r.units_returned_sellable AS units_returned_sellable, s.units_ordered AS units_ordered,
    CAST(r.units_returned AS DOUBLE) / NULLIF(CAST(s.units_ordered AS DOUBLE), 0) AS return_rate_period,
    COALESCE(s.units_ordered, 0) < u.return_min_units AS sample_too_small,
    CAST(r.units_returned_sellable AS DOUBLE) / NULLIF(CAST(r.units_returned AS DOUBLE), 0) AS sellable_share,
    r.observed_at AS observed_at
FROM returned AS r
INNER JOIN periods AS p ON r.month = p.start_date
LEFT JOIN sold AS s
    ON r.month = s.month AND r.account = s.account AND r.marketplace = s.marketplace AND r.sku = s.sku
LEFT JOIN monthly_rules AS u ON r.marketplace = u.marketplace
WHERE p.kind = 'month'
