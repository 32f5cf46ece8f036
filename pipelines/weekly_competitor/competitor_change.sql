-- What changed at whom: one row per event, with both sides, what it was judged by, and for whom it matters. The first
-- observation of an ASIN is its baseline and has no events; what a source had not refreshed is not compared.
WITH compared AS (
    SELECT
        week_start, marketplace, asin, event, figure, old_value, new_value, delta, move, rule, threshold, significant,
        guard
    FROM change_of_price
    UNION ALL
    SELECT
        week_start, marketplace, asin, event, figure, old_value, new_value, delta, move, rule, threshold, significant,
        guard
    FROM change_of_figure
    UNION ALL
    SELECT
        week_start, marketplace, asin, event, figure, old_value, new_value, delta, move, rule, threshold, significant,
        guard
    FROM change_of_state
    UNION ALL
    SELECT
        week_start, marketplace, asin, event, figure, old_value, new_value, delta, move, rule, threshold, significant,
        guard
    FROM change_of_set
),
event AS (
    SELECT
        e.week_start AS week_start, e.marketplace AS marketplace, e.asin AS asin, e.event AS event, e.figure AS figure,
        e.old_value AS old_value, e.new_value AS new_value, e.delta AS delta, e.move AS move,
        e.rule AS rule, e.threshold AS threshold, e.significant AS significant, e.guard AS guard, c.source AS source,
        c.observed_at AS observed_at, c.observed_prev AS observed_prev, c.days_apart AS days_apart
    FROM compared AS e
    INNER JOIN competitor_pair AS c
        ON e.week_start = c.week_start AND e.marketplace = c.marketplace AND e.asin = c.asin
    UNION ALL
    SELECT
        week_start, marketplace, asin, event, figure, old_value, new_value, delta, move, rule, threshold, significant,
        guard, source, observed_at, observed_prev, days_apart
    FROM change_of_presence
)
SELECT
    e.week_start AS week_start, e.marketplace AS marketplace, e.asin AS asin, e.event AS event, e.figure AS figure,
    e.old_value AS old_value, e.new_value AS new_value, e.delta AS delta, e.move AS move, e.rule AS rule,
    e.threshold AS threshold,
    e.significant AS significant, e.guard AS guard, e.source AS source, e.observed_at AS observed_at, e.observed_prev AS observed_prev,
    e.days_apart AS days_apart, COALESCE(r.role, 'unmapped') AS role, r.role IS NOT NULL AS mapped,
    r.product AS product, COALESCE(r.n_products, 0) AS n_products, r.owner AS owner, c.account AS account,
    c.family AS family, c.brand AS brand, c.title AS title, c.currency AS currency, c.report_id AS report_id
FROM event AS e
LEFT JOIN competitor_pair AS c
    ON e.week_start = c.week_start AND e.marketplace = c.marketplace AND e.asin = c.asin
LEFT JOIN asin_role AS r
    ON e.week_start = r.week_start AND e.marketplace = r.marketplace AND e.asin = r.asin
