-- One row per marketplace: the thresholds that the marts about keywords judge by.
SELECT
    marketplace,
    CAST(FLOOR(MAX(CASE WHEN name = 'gap_rank_max' THEN value END)) AS BIGINT) AS gap_rank_max,
    CAST(FLOOR(MAX(CASE WHEN name = 'voice_slots' THEN value END)) AS BIGINT) AS voice_slots,
    MAX(CASE WHEN name = 'query_volume_drop' THEN value END) AS query_volume_drop,
    MAX(CASE WHEN name = 'query_share_drop' THEN value END) AS query_share_drop,
    CAST(FLOOR(MAX(CASE WHEN name = 'query_volume_min' THEN value END)) AS BIGINT) AS query_volume_min,
    CAST(FLOOR(MAX(CASE WHEN name = 'search_terms_bytes' THEN value END)) AS BIGINT) AS search_terms_bytes
FROM settings
GROUP BY marketplace
