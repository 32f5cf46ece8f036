-- Spend of the month so far beside its plan, day by day. A month with a missing day is not projected.
WITH running AS (
    SELECT
        month, date, marketplace, level, portfolio, product, account, family, currency, owner, planned_spend,
        plan_currency, spend, observed_at, CAST(observed_at AS DATE) AS observed_on, n_at_cap, n_with_budget,
        SUM(spend) OVER (
            PARTITION BY month, marketplace, level, portfolio, product ORDER BY date
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS spend_to_date,
        COUNT(*) OVER (
            PARTITION BY month, marketplace, level, portfolio, product ORDER BY date
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS days_covered,
        SUM(CASE WHEN n_at_cap > 0 THEN 1 ELSE 0 END) OVER (
            PARTITION BY month, marketplace, level, portfolio, product ORDER BY date
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS cap_days
    FROM budget_day
),
measured AS (
    SELECT
        r.month AS month, r.date AS date, r.marketplace AS marketplace, r.level AS level, r.portfolio AS portfolio,
        r.product AS product, r.account AS account, r.family AS family, r.currency AS currency, r.owner AS owner,
        r.planned_spend AS planned_spend, r.plan_currency AS plan_currency, r.spend AS spend,
        r.spend_to_date AS spend_to_date, r.days_covered AS days_covered,
        d.day_number - b.day_number + 1 AS days_expected, e.day_number - b.day_number + 1 AS days_in_month,
        r.n_at_cap AS n_at_cap, r.n_with_budget AS n_with_budget,
        CASE WHEN r.n_with_budget > 0 THEN r.cap_days END AS cap_days, r.observed_at AS observed_at,
        COALESCE(o.day_number - d.day_number >= t.attribution_wait_days, FALSE) AS mature,
        t.budget_pace_over AS limit_over, t.budget_pace_under AS limit_under
    FROM running AS r
    INNER JOIN calendar AS d ON r.date = d.date
    INNER JOIN calendar AS b ON r.month = b.date
    INNER JOIN calendar AS e ON d.month_end = e.date
    LEFT JOIN calendar AS o ON r.observed_on = o.date
    LEFT JOIN daily_rules AS t ON r.marketplace = t.marketplace
),
projected AS (
    SELECT
        *, days_covered >= days_expected AS complete,
        CASE WHEN planned_spend IS NOT NULL AND plan_currency <> currency THEN TRUE ELSE FALSE END AS other_currency,
        CASE
            WHEN days_covered >= days_expected
                THEN CAST(spend_to_date AS DOUBLE) / NULLIF(CAST(days_covered AS DOUBLE), 0) * days_in_month
        END AS projection
    FROM measured
),
paced AS (
    SELECT
        *,
        CASE
            WHEN NOT other_currency THEN CAST(spend_to_date AS DOUBLE) / NULLIF(CAST(planned_spend AS DOUBLE), 0)
        END AS plan_share,
        CAST(days_expected AS DOUBLE) / NULLIF(CAST(days_in_month AS DOUBLE), 0) AS month_share,
        CASE WHEN NOT other_currency THEN projection / NULLIF(CAST(planned_spend AS DOUBLE), 0) END AS pace
    FROM projected
)
SELECT
    month, date, marketplace, level, NULLIF(portfolio, '') AS portfolio, NULLIF(product, '') AS product, account, owner,
    family, currency, spend, spend_to_date, planned_spend, plan_currency, plan_share, month_share, projection, pace, limit_over, limit_under,
    CASE
        WHEN planned_spend IS NULL THEN 'no_plan'
        WHEN other_currency THEN 'other_currency'
        WHEN NOT complete THEN 'incomplete'
        WHEN pace > limit_over THEN 'over'
        WHEN pace < limit_under THEN 'under'
        ELSE 'on_track'
    END AS state,
    n_at_cap, n_with_budget, cap_days, days_in_month, days_expected, days_covered, complete, mature,
    level = 'marketplace' AS is_total,
    date = MAX(date) OVER (PARTITION BY month, marketplace) AS is_newest, observed_at
FROM paced
