-- One row per marketplace: the targets and thresholds that the monthly marts judge by. What is not set stays null and
-- judges nothing.
SELECT
    marketplace,
    MAX(CASE WHEN name = 'target_acos' THEN value END) AS target_acos,
    MAX(CASE WHEN name = 'target_return_rate' THEN value END) AS target_return_rate,
    CAST(FLOOR(MAX(CASE WHEN name = 'return_mature_days' THEN value END)) AS BIGINT) AS return_mature_days,
    CAST(FLOOR(MAX(CASE WHEN name = 'return_min_units' THEN value END)) AS BIGINT) AS return_min_units,
    CAST(FLOOR(MAX(CASE WHEN name = 'attribution_wait_days' THEN value END)) AS BIGINT) AS attribution_wait_days,
    CAST(FLOOR(MAX(CASE WHEN name = 'traffic_wait_days' THEN value END)) AS BIGINT) AS traffic_wait_days,
    MAX(CASE WHEN name = 'supply_days_min' THEN value END) AS supply_days_min,
    MAX(CASE WHEN name = 'supply_days_max' THEN value END) AS supply_days_max,
    MAX(CASE WHEN name = 'target_bsr' THEN value END) AS target_bsr,
    MAX(CASE WHEN name = 'bsr_min_days' THEN value END) AS bsr_min_days,
    MAX(CASE WHEN name = 'max_ad_groups' THEN value END) AS max_ad_groups,
    MAX(CASE WHEN name = 'answer_hours' THEN value END) AS answer_hours,
    MAX(CASE WHEN name = 'a_plus_days' THEN value END) AS a_plus_days,
    MAX(CASE WHEN name = 'a_plus_days_other' THEN value END) AS a_plus_days_other,
    MAX(CASE WHEN name = 'listing_hours' THEN value END) AS listing_hours,
    MAX(CASE WHEN name = 'target_listing_share' THEN value END) AS target_listing_share
FROM settings
GROUP BY marketplace
