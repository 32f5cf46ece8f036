-- Values of the scorecard that marts of the month tell: advertising, structure, rank and returns.
WITH structure AS (
    SELECT
        month, account, marketplace, MAX(found) AS worst, COUNT(*) AS n_all,
        SUM(CASE WHEN passed IS NULL THEN 0 ELSE 1 END) AS n_judged,
        SUM(CASE WHEN COALESCE(passed, FALSE) THEN 1 ELSE 0 END) AS n_good
    FROM campaign_structure
    WHERE rule = 'ad_groups'
    GROUP BY month, account, marketplace
),
-- A product is judged in the category that its seed names, else in the one where it stands best.
ranked AS (
    SELECT
        b.month AS month, b.account AS account, b.marketplace AS marketplace, b.product AS product,
        MIN(b.bsr_median) AS bsr, MAX(CASE WHEN b.on_target THEN 1 WHEN NOT b.on_target THEN 0 END) AS good,
        MIN(CASE WHEN b.mature THEN 1 ELSE 0 END) AS mature
    FROM bsr_trend AS b
    WHERE b.is_own
    GROUP BY b.month, b.account, b.marketplace, b.product
),
rank AS (
    SELECT
        month, account, marketplace, MAX(CASE WHEN good IS NOT NULL THEN bsr END) AS worst, COUNT(*) AS n_all,
        COUNT(good) AS n_judged, SUM(COALESCE(good, 0)) AS n_good
    FROM ranked
    GROUP BY month, account, marketplace
),
returned AS (
    SELECT
        month, account, marketplace, MIN(CASE WHEN headline_basis = 'cohort' THEN 1 ELSE 0 END) = 1 AS is_cohort,
        SUM(units_returned) AS returned, SUM(units_ordered) AS ordered, SUM(units_returned_cohort) AS returned_cohort,
        SUM(units_ordered_cohort) AS ordered_cohort, MAX(return_rate) AS worst,
        MIN(CASE WHEN complete THEN 1 ELSE 0 END) = 1 AS complete, MIN(CASE WHEN mature THEN 1 ELSE 0 END) = 1 AS mature
    FROM return_rate
    WHERE units_ordered IS NOT NULL
    GROUP BY month, account, marketplace
)
SELECT
    c.month AS month, c.account AS account, c.marketplace AS marketplace, 'acos' AS kpi, c.acos AS value,
    CAST(c.spend AS DOUBLE) AS numerator, CAST(c.sales AS DOUBLE) AS denominator, CAST(NULL AS DOUBLE) AS worst,
    c.complete AS complete, c.mature AS mature, 'acos_account' AS source
FROM acos_account AS c
INNER JOIN market AS k ON c.marketplace = k.marketplace AND c.currency = k.currency
UNION ALL
SELECT
    c.month AS month, c.account AS account, c.marketplace AS marketplace, 'cpc' AS kpi, c.cpc AS value,
    CAST(c.spend AS DOUBLE) AS numerator, CAST(c.clicks AS DOUBLE) AS denominator, CAST(NULL AS DOUBLE) AS worst,
    c.complete AS complete, TRUE AS mature, 'acos_account' AS source
FROM acos_account AS c
INNER JOIN market AS k ON c.marketplace = k.marketplace AND c.currency = k.currency
UNION ALL
SELECT
    month, account, marketplace, 'ad_groups' AS kpi,
    CAST(n_good AS DOUBLE) / NULLIF(CAST(n_judged AS DOUBLE), 0) AS value, CAST(n_good AS DOUBLE) AS numerator,
    CAST(n_judged AS DOUBLE) AS denominator, CAST(worst AS DOUBLE) AS worst, n_judged = n_all AS complete,
    TRUE AS mature, 'campaign_structure' AS source
FROM structure
UNION ALL
SELECT
    month, account, marketplace, 'bsr' AS kpi, CAST(n_good AS DOUBLE) / NULLIF(CAST(n_judged AS DOUBLE), 0) AS value,
    CAST(n_good AS DOUBLE) AS numerator, CAST(n_judged AS DOUBLE) AS denominator, worst, n_judged = n_all AS complete,
    TRUE AS mature, 'bsr_trend' AS source
FROM rank
UNION ALL
SELECT
    month, account, marketplace, 'return_rate' AS kpi,
    CASE
        WHEN is_cohort THEN CAST(returned_cohort AS DOUBLE) / NULLIF(CAST(ordered_cohort AS DOUBLE), 0)
        ELSE CAST(returned AS DOUBLE) / NULLIF(CAST(ordered AS DOUBLE), 0)
    END AS value,
    CAST(CASE WHEN is_cohort THEN returned_cohort ELSE returned END AS DOUBLE) AS numerator,
    CAST(CASE WHEN is_cohort THEN ordered_cohort ELSE ordered END AS DOUBLE) AS denominator, worst, complete, mature,
    CASE WHEN is_cohort THEN 'return_rate (cohort)' ELSE 'return_rate (period)' END AS source
FROM returned
