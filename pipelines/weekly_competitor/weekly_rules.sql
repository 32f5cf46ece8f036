-- One row per marketplace: the thresholds that the weekly marts judge by. A threshold that is not set stays null, and
-- what it would judge is then not judged.
SELECT
    marketplace,
    MAX(CASE WHEN name = 'price_change_min' THEN value END) AS price_change_min,
    MAX(CASE WHEN name = 'bsr_change_min_log2' THEN value END) AS bsr_change_min_log2,
    MAX(CASE WHEN name = 'review_spike_min' THEN value END) AS review_spike_min,
    MAX(CASE WHEN name = 'rating_change_min' THEN value END) AS rating_change_min,
    MAX(CASE WHEN name = 'offer_change_min' THEN value END) AS offer_change_min,
    MAX(CASE WHEN name = 'monthly_sold_change_min_log2' THEN value END) AS monthly_sold_change_min_log2,
    MAX(CASE WHEN name = 'buy_box_share_min' THEN value END) AS buy_box_share_min,
    MAX(CASE WHEN name = 'list_share_entered_min' THEN value END) AS list_share_entered_min,
    MAX(CASE WHEN name = 'list_share_left_min' THEN value END) AS list_share_left_min,
    MAX(CASE WHEN name = 'rank_change_min' THEN value END) AS rank_change_min,
    MAX(CASE WHEN name = 'cpc_limit' THEN value END) AS cpc_limit,
    CAST(FLOOR(MAX(CASE WHEN name = 'wasted_min_clicks' THEN value END)) AS BIGINT) AS wasted_min_clicks,
    CAST(FLOOR(MAX(CASE WHEN name = 'wasted_window_days' THEN value END)) AS BIGINT) AS wasted_window_days,
    CAST(FLOOR(MAX(CASE WHEN name = 'attribution_wait_days' THEN value END)) AS BIGINT) AS attribution_wait_days
FROM settings
GROUP BY marketplace
