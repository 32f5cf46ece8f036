-- Every target of the work plan for every month and site of which anything is known, beside the month before. What no
-- source tells is unknown, never passed; what is not complete or may still move is not judged.
WITH told AS (
    SELECT month, account, marketplace, kpi, value, numerator, denominator, worst, complete, mature, source
    FROM kpi_ads_and_returns
    UNION ALL
    SELECT month, account, marketplace, kpi, value, numerator, denominator, worst, complete, mature, source
    FROM kpi_supply
    UNION ALL
    SELECT month, account, marketplace, kpi, value, numerator, denominator, worst, complete, mature, source
    FROM kpi_seed
    UNION ALL
    SELECT month, account, marketplace, kpi, value, numerator, denominator, worst, complete, mature, source
    FROM kpi_content
),
place AS (
    SELECT DISTINCT month, account, marketplace
    FROM told
    WHERE kpi IN ('acos', 'bsr', 'return_rate', 'supply_days', 'ipi', 'account_health')
),
asked AS (
    SELECT
        p.month AS month, p.account AS account, p.marketplace AS marketplace, r.kpi AS kpi, r.place AS place,
        r.kpi_en AS kpi_en, r.kpi_zh AS kpi_zh, r.basis AS basis, r.better AS better, s.value AS set_value,
        CASE WHEN r.kpi = 'supply_days' THEN m.supply_days_max END AS limit_max,
        m.target_listing_share AS listing_share,
        CAST(p.month - INTERVAL '1 month' AS DATE) AS month_before
    FROM place AS p
    CROSS JOIN kpi_rule AS r
    LEFT JOIN settings AS s ON r.setting = s.name AND p.marketplace = s.marketplace
    LEFT JOIN monthly_rules AS m ON p.marketplace = m.marketplace
),
joined AS (
    SELECT
        a.month AS month, a.account AS account, a.marketplace AS marketplace, a.kpi AS kpi, a.place AS place,
        a.kpi_en AS kpi_en, a.kpi_zh AS kpi_zh, a.basis AS basis, a.better AS better,
        CASE WHEN a.basis = 'share' THEN a.set_value END AS limit_each, a.limit_max AS limit_each_max,
        CASE
            WHEN a.kpi = 'listing_time' THEN a.listing_share
            WHEN a.basis = 'share' THEN 1.0
            ELSE a.set_value
        END AS target,
        t.value AS value, t.numerator AS numerator, t.denominator AS denominator, t.worst AS worst,
        COALESCE(t.complete, FALSE) AS complete, COALESCE(t.mature, FALSE) AS mature,
        COALESCE(t.source, 'none') AS source, b.value AS value_prev
    FROM asked AS a
    LEFT JOIN told AS t
        ON a.month = t.month AND a.account = t.account AND a.marketplace = t.marketplace AND a.kpi = t.kpi
    LEFT JOIN told AS b
        ON a.month_before = b.month AND a.account = b.account AND a.marketplace = b.marketplace AND a.kpi = b.kpi
),
judged AS (
    SELECT
        *,
        CASE
            -- A source is there, and of nothing did it tell enough to judge.
            WHEN value IS NULL AND source <> 'none' THEN 'incomplete'
            WHEN value IS NULL OR target IS NULL THEN 'unknown'
            WHEN NOT complete THEN 'incomplete'
            WHEN NOT mature THEN 'preliminary'
            WHEN better = 'lower' AND value <= target THEN 'pass'
            WHEN better = 'higher' AND value >= target THEN 'pass'
            ELSE 'fail'
        END AS status
    FROM joined
)
SELECT
    month, account, marketplace, kpi, place, kpi_en, kpi_zh, basis, better, value, target,
    CASE WHEN basis = 'share' OR kpi IN ('acos', 'return_rate') THEN value END AS share,
    CASE WHEN basis = 'share' OR kpi IN ('acos', 'return_rate') THEN target END AS share_target,
    CASE WHEN basis = 'figure' AND kpi NOT IN ('acos', 'return_rate') THEN value END AS figure,
    CASE WHEN basis = 'figure' AND kpi NOT IN ('acos', 'return_rate') THEN target END AS figure_target,
    limit_each, limit_each_max, worst, numerator, denominator, complete, mature, status,
    CASE
        WHEN status = 'pass' THEN '达标'
        WHEN status = 'fail' THEN '未达标'
        WHEN status = 'preliminary' THEN '初步'
        WHEN status = 'incomplete' THEN '不完整'
        ELSE '未知'
    END AS status_zh,
    REPLACE(status, '_', ' ') AS status_en,
    COALESCE(status = 'fail', FALSE) AS failed,
    CASE WHEN status = 'pass' THEN TRUE WHEN status = 'fail' THEN FALSE END AS on_target, value_prev,
    CASE
        WHEN value IS NULL OR value_prev IS NULL THEN NULL
        WHEN value = value_prev THEN 'same'
        WHEN better = 'lower' AND value < value_prev THEN 'better'
        WHEN better = 'higher' AND value > value_prev THEN 'better'
        ELSE 'worse'
    END AS trend,
    source
FROM judged
