-- Account health and the inventory index, value by value as they were written down or reported.
WITH measured AS (
    SELECT
        h.account AS account, h.marketplace AS marketplace, h.metric AS metric, h.measured_on AS measured_on,
        h.value AS value, h.owner AS owner,
        LAG(h.value) OVER (PARTITION BY h.account, h.marketplace, h.metric ORDER BY h.measured_on) AS value_prev,
        r.target_account_health AS target_account_health, r.ahr_fall AS ahr_fall, r.target_ipi AS target_ipi
    FROM health AS h
    INNER JOIN daily_rules AS r ON h.marketplace = r.marketplace
    WHERE h.value IS NOT NULL
),
reported AS (
    SELECT
        account, marketplace, metric, snapshot_date, COALESCE(ahr_status, status) AS status,
        UPPER(TRIM(COALESCE(ahr_status, status))) AS verdict, CAST(defects AS DOUBLE) AS defects
    FROM account_health
    WHERE COALESCE(ahr_status, status) IS NOT NULL
)
SELECT
    'account_health' AS rule, account, marketplace, 'rating' AS subject, CAST(NULL AS VARCHAR) AS product, owner,
    measured_on AS checked_on,
    value < target_account_health OR COALESCE(value_prev - value >= ahr_fall, FALSE) AS bad,
    CASE WHEN COALESCE(value_prev - value >= ahr_fall, FALSE) THEN 'red' ELSE 'yellow' END AS level,
    value AS figure, target_account_health AS target, CAST(NULL AS DATE) AS since,
    '账户健康评级 ' || CAST(CAST(FLOOR(value) AS BIGINT) AS VARCHAR) || '，上次 '
        || COALESCE(CAST(CAST(FLOOR(value_prev) AS BIGINT) AS VARCHAR), '无记录') AS evidence_zh,
    'account health rating ' || CAST(CAST(FLOOR(value) AS BIGINT) AS VARCHAR) || ', before '
        || COALESCE(CAST(CAST(FLOOR(value_prev) AS BIGINT) AS VARCHAR), 'not known') AS evidence
FROM measured
WHERE metric = 'ahr'
UNION ALL
SELECT
    'account_health' AS rule, account, marketplace, 'violations' AS subject, CAST(NULL AS VARCHAR) AS product, owner,
    measured_on AS checked_on, value > 0 AS bad, 'red' AS level, value AS figure, CAST(0 AS DOUBLE) AS target,
    CAST(NULL AS DATE) AS since,
    '未解决违规 ' || CAST(CAST(FLOOR(value) AS BIGINT) AS VARCHAR) || ' 条' AS evidence_zh,
    CAST(CAST(FLOOR(value) AS BIGINT) AS VARCHAR) || ' open violations' AS evidence
FROM measured
WHERE metric = 'violations'
UNION ALL
SELECT
    'account_health' AS rule, account, marketplace, metric AS subject, CAST(NULL AS VARCHAR) AS product,
    CAST(NULL AS VARCHAR) AS owner, snapshot_date AS checked_on,
    verdict IN ('BAD', 'CRITICAL', 'DEACTIVATED', 'SUSPENDED', 'AT_RISK', 'FAIR', 'UNHEALTHY') AS bad,
    CASE WHEN verdict IN ('AT_RISK', 'FAIR') THEN 'yellow' ELSE 'red' END AS level, defects AS figure,
    CAST(NULL AS DOUBLE) AS target, CAST(NULL AS DATE) AS since, metric || ' 状态 ' || status AS evidence_zh,
    metric || ' is ' || status AS evidence
FROM reported
UNION ALL
SELECT
    'ipi' AS rule, account, marketplace, 'ipi' AS subject, CAST(NULL AS VARCHAR) AS product, owner,
    measured_on AS checked_on, value < target_ipi AS bad, 'yellow' AS level, value AS figure, target_ipi AS target,
    CAST(NULL AS DATE) AS since,
    'IPI ' || CAST(CAST(FLOOR(value) AS BIGINT) AS VARCHAR) || '，要求 '
        || CAST(CAST(FLOOR(target_ipi) AS BIGINT) AS VARCHAR) AS evidence_zh,
    'IPI ' || CAST(CAST(FLOOR(value) AS BIGINT) AS VARCHAR) || ', wanted '
        || CAST(CAST(FLOOR(target_ipi) AS BIGINT) AS VARCHAR) AS evidence
FROM measured
WHERE metric = 'ipi'
