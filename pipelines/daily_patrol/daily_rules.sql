-- One row per marketplace: the targets and thresholds that the patrol judges by. What is not set stays null, and what it
-- would judge is then not judged.
SELECT
    marketplace,
    MAX(CASE WHEN name = 'target_account_health' THEN value END) AS target_account_health,
    MAX(CASE WHEN name = 'ahr_fall' THEN value END) AS ahr_fall,
    MAX(CASE WHEN name = 'target_ipi' THEN value END) AS target_ipi,
    MAX(CASE WHEN name = 'answer_hours' THEN value END) AS answer_hours,
    MAX(CASE WHEN name = 'a_plus_days' THEN value END) AS a_plus_days,
    MAX(CASE WHEN name = 'a_plus_days_other' THEN value END) AS a_plus_days_other,
    MAX(CASE WHEN name = 'own_buy_box_min' THEN value END) AS own_buy_box_min,
    MAX(CASE WHEN name = 'budget_pace_over' THEN value END) AS budget_pace_over,
    MAX(CASE WHEN name = 'budget_pace_under' THEN value END) AS budget_pace_under,
    MAX(CASE WHEN name = 'cap_share' THEN value END) AS cap_share,
    MAX(CASE WHEN name = 'attribution_wait_days' THEN value END) AS attribution_wait_days,
    MAX(CASE WHEN name = 'order_pending_days' THEN value END) AS order_pending_days,
    MAX(CASE WHEN name = 'refund_spike_min' THEN value END) AS refund_spike_min,
    MAX(CASE WHEN name = 'inbound_days_ahead' THEN value END) AS inbound_days_ahead,
    MAX(CASE WHEN name = 'verify_after_days' THEN value END) AS verify_after_days,
    MAX(CASE WHEN name = 'review_after_days' THEN value END) AS review_after_days,
    MAX(CASE WHEN name = 'reopen_after_days' THEN value END) AS reopen_after_days
FROM settings
GROUP BY marketplace
