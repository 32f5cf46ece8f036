-- Returns by product and month. The headline is the cohort, what came back of the orders of the month, where the orders
-- of the whole month are known and their returns have had their time; else the period basis, returned in the month over
-- ordered in the month. `headline_basis` and `basis_note` say which and why. Judged only when mature.
WITH covered AS (
    -- A product without a return has zero of them only while the returns reports cover the month.
    SELECT
        account, marketplace, MIN(CAST(returned_at AS DATE)) AS first_return,
        CAST(MAX(observed_at) AS DATE) AS observed_until
    FROM customer_return
    GROUP BY account, marketplace
),
covered_day AS (
    SELECT
        c.account AS account, c.marketplace AS marketplace, b.month AS first_month,
        COALESCE(e.day_number, 2932896) AS observed_day    -- beyond the calendar, which ends a year after all data
    FROM covered AS c
    INNER JOIN calendar AS b ON c.first_return = b.date
    LEFT JOIN calendar AS e ON c.observed_until = e.date
),
row_key AS (
    SELECT month, account, marketplace, product, mapped FROM units_ordered_month
    UNION
    SELECT month, account, marketplace, product, mapped FROM units_returned_month
),
joined AS (
    SELECT
        k.month AS month, k.account AS account, k.marketplace AS marketplace, k.product AS product, k.mapped AS mapped,
        COALESCE(o.owner, t.owner) AS owner, t.first_sku AS first_sku, o.family AS family,
        o.units_ordered AS units_ordered, o.units_refunded AS units_refunded,
        CASE
            WHEN t.units_returned IS NOT NULL THEN t.units_returned
            WHEN c.first_month <= k.month AND c.observed_day > e.day_number THEN 0
        END AS units_returned,
        t.units_returned_sellable AS units_returned_sellable,
        e.day_number - b.day_number + 1 AS days_expected,
        CASE WHEN o.units_ordered IS NULL THEN 0 ELSE e.day_number - b.day_number + 1 END AS days_covered,
        COALESCE(c.observed_day > e.day_number, FALSE) AS returns_complete,
        COALESCE(c.observed_day >= e.day_number + r.return_mature_days, FALSE) AS mature,
        h.units_ordered_cohort AS units_ordered_cohort, h.units_returned_cohort AS units_returned_cohort,
        r.return_min_units AS min_units, r.target_return_rate AS target_return_rate, o.observed_at AS observed_at
    FROM row_key AS k
    INNER JOIN calendar AS b ON k.month = b.date
    INNER JOIN calendar AS e ON b.month_end = e.date
    LEFT JOIN units_ordered_month AS o
        ON k.month = o.month AND k.account = o.account AND k.marketplace = o.marketplace AND k.product = o.product
        AND k.mapped = o.mapped
    LEFT JOIN units_returned_month AS t
        ON k.month = t.month AND k.account = t.account AND k.marketplace = t.marketplace AND k.product = t.product
        AND k.mapped = t.mapped
    LEFT JOIN return_cohort AS h
        ON k.month = h.month AND k.account = h.account AND k.marketplace = h.marketplace AND k.product = h.product
    LEFT JOIN covered_day AS c ON k.account = c.account AND k.marketplace = c.marketplace
    LEFT JOIN monthly_rules AS r ON k.marketplace = r.marketplace
),
rated AS (
    SELECT
        *,
        CAST(units_returned AS DOUBLE) / NULLIF(CAST(units_ordered AS DOUBLE), 0) AS rate_period,
        CAST(units_returned_cohort AS DOUBLE) / NULLIF(CAST(units_ordered_cohort AS DOUBLE), 0) AS rate_cohort,
        mature AND units_ordered_cohort IS NOT NULL AS is_cohort
    FROM joined
),
chosen AS (
    SELECT
        *,
        CASE WHEN is_cohort THEN rate_cohort ELSE rate_period END AS rate,
        COALESCE(CASE WHEN is_cohort THEN units_ordered_cohort ELSE units_ordered END, 0) < COALESCE(min_units, 0)
            AS sample_too_small,
        CASE
            WHEN is_cohort THEN TRUE
            ELSE days_covered >= days_expected AND returns_complete AND units_returned IS NOT NULL
        END AS complete
    FROM rated
)
SELECT
    month, account, marketplace, product, mapped, owner, first_sku, family, days_expected, days_covered, complete,
    mature, units_ordered, units_returned, units_returned_sellable, units_refunded, rate_period AS return_rate_period,
    units_returned_cohort, units_ordered_cohort, rate_cohort AS return_rate_cohort, rate AS return_rate,
    CASE WHEN is_cohort THEN 'cohort' ELSE 'period' END AS headline_basis,
    CASE
        WHEN is_cohort THEN NULL
        WHEN units_ordered_cohort IS NULL THEN 'no_order_month'
        ELSE 'returns_still_come'
    END AS basis_note,
    min_units, sample_too_small, target_return_rate,
    CASE WHEN complete AND mature AND NOT sample_too_small THEN rate <= target_return_rate END AS on_target,
    CAST(units_returned_sellable AS DOUBLE) / NULLIF(CAST(units_returned AS DOUBLE), 0) AS sellable_share, observed_at
FROM chosen
