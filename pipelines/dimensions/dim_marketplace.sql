-- Every marketplace with its currency and its targets.
WITH target AS (
    SELECT
        marketplace, MAX(CASE WHEN name = 'target_acos' THEN value END) AS target_acos,
        MAX(CASE WHEN name = 'target_return_rate' THEN value END) AS target_return_rate,
        MAX(CASE WHEN name = 'target_bsr' THEN value END) AS target_bsr,
        MAX(CASE WHEN name = 'supply_days_min' THEN value END) AS supply_days_min,
        MAX(CASE WHEN name = 'supply_days_max' THEN value END) AS supply_days_max,
        MAX(CASE WHEN name = 'cpc_limit' THEN value END) AS cpc_limit
    FROM settings
    GROUP BY marketplace
)
SELECT
    m.marketplace AS marketplace, m.currency AS currency, m.domain AS domain, t.target_acos AS target_acos,
    t.target_return_rate AS target_return_rate, t.target_bsr AS target_bsr, t.supply_days_min AS supply_days_min,
    t.supply_days_max AS supply_days_max, t.cpc_limit AS cpc_limit
FROM market AS m
LEFT JOIN target AS t ON m.marketplace = t.marketplace
