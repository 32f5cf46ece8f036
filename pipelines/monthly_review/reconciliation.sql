-- Where two reports tell one thing, both figures, how far they are apart and whether that is within what is normal:
-- impressions of the ads reports differ by a trifle, search terms lack what no listed term bears, late corrections
-- reach one report before the other.
WITH measure AS (
    SELECT v.measure AS measure
    FROM (VALUES ('impressions'), ('clicks'), ('spend'), ('sales'), ('orders')) AS v(measure)
),
ads AS (
    SELECT
        r.month AS month, r.account AS account, r.marketplace AS marketplace, r.ad_product AS ad_product,
        r.grain AS grain, m.measure AS measure, r.n_periods AS n_compared,
        CASE
            WHEN m.measure = 'impressions' THEN CAST(r.impressions_left AS DOUBLE)
            WHEN m.measure = 'clicks' THEN CAST(r.clicks_left AS DOUBLE)
            WHEN m.measure = 'spend' THEN CAST(r.spend_left AS DOUBLE)
            WHEN m.measure = 'sales' THEN CAST(r.sales_left AS DOUBLE)
            ELSE CAST(r.orders_left AS DOUBLE)
        END AS value_left,
        CASE
            WHEN m.measure = 'impressions' THEN CAST(r.impressions_right AS DOUBLE)
            WHEN m.measure = 'clicks' THEN CAST(r.clicks_right AS DOUBLE)
            WHEN m.measure = 'spend' THEN CAST(r.spend_right AS DOUBLE)
            WHEN m.measure = 'sales' THEN CAST(r.sales_right AS DOUBLE)
            ELSE CAST(r.orders_right AS DOUBLE)
        END AS value_right
    FROM recon_ads AS r
    CROSS JOIN measure AS m
),
compared AS (
    SELECT
        month, account, marketplace, ad_product, CONCAT('campaign_and_', grain) AS check_name, measure, n_compared,
        value_left, value_right, ABS(value_left - value_right) AS off_most,
        CASE WHEN grain = 'search_term' THEN CAST(0.05 AS DOUBLE) ELSE CAST(0.001 AS DOUBLE) END AS tolerance
    FROM ads
    WHERE value_left IS NOT NULL AND value_right IS NOT NULL
    UNION ALL
    SELECT
        month, account, marketplace, ad_product, check_name, measure, n_compared, value_left, value_right, off_most,
        tolerance
    FROM recon_books
    WHERE check_name <> 'given_and_computed_ratio'
)
SELECT
    month, account, marketplace, ad_product, check_name, measure, n_compared, value_left, value_right,
    value_left - value_right AS difference, off_most,
    (value_left - value_right) / NULLIF(ABS(CAST(value_left AS DOUBLE)), 0) AS difference_share, tolerance,
    -- Money as it is read is exact; a cent covers the doubles of this table.
    off_most <= ABS(value_left) * tolerance + 0.000001 AS ties,
    off_most > ABS(value_left) * tolerance + 0.000001 AS differs
FROM compared
UNION ALL
SELECT
    month, account, marketplace, ad_product, check_name, measure, n_compared, value_left, value_right,
    value_left - value_right AS difference, off_most,
    (value_left - value_right) / NULLIF(ABS(CAST(value_left AS DOUBLE)), 0) AS difference_share, tolerance,
    off_most <= tolerance AS ties, off_most > tolerance AS differs
FROM recon_books
WHERE check_name = 'given_and_computed_ratio'
