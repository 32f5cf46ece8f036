-- One row per marketplace: the targets and thresholds that the monthly marts judge by. What is not set stays null and
-- judges nothing.
SELECT
    marketplace,
    MAX(CASE WHEN name = 'target_acos' THEN value END) AS target_acos,
    MAX(CASE WHEN name = 'target_return_rate' THEN value END) AS target_return_rate,
    CAST(FLOOR(MAX(CASE WHEN name = 'return_mature_days' THEN value END)) AS BIGINT) AS return_mature_days,
    CAST(FLOOR(MAX(CASE WHEN name = 'return_min_units' THEN value END)) AS BIGINT) AS return_min_units,
    CAST(FLOOR(MAX(CASE WHEN name = 'attribution_wait_days' THEN value END)) AS BIGINT) AS attribution_wait_days,
    MAX(CASE WHEN name = 'supply_days_min' THEN value END) AS supply_days_min,
    MAX(CASE WHEN name = 'supply_days_max' THEN value END) AS supply_days_max
FROM settings
GROUP BY marketplace
