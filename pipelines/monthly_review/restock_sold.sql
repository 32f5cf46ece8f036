-- Units of every ASIN in the ranges that velocity is read from, added within a range of several months.
SELECT
    r.account AS account, r.marketplace AS marketplace, r.span AS span, t.child_asin AS asin,
    SUM(t.units_ordered) AS units
FROM restock_range AS r
INNER JOIN traffic_child AS t
    ON r.account = t.account AND r.marketplace = t.marketplace AND r.period_start = t.period_start
    AND r.period_end = t.period_end
WHERE t.period_certain
GROUP BY r.account, r.marketplace, r.span, t.child_asin
