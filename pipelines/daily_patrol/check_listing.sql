-- Listings that do not sell: taken down, suppressed, or with stock that has no listing. Each list says which days were
-- looked at; a list without a column of states says nothing of them.
WITH stated AS (
    SELECT
        l.account AS account, l.marketplace AS marketplace, l.snapshot_date AS snapshot_date, l.sku AS sku,
        LOWER(TRIM(l.status)) AS status, COALESCE(o.product, l.sku) AS product, o.owner AS owner
    FROM listing AS l
    LEFT JOIN own_now AS o ON l.account = o.account AND l.marketplace = o.marketplace AND l.sku = o.sku
    WHERE l.status IS NOT NULL
),
sorted AS (
    SELECT
        account, marketplace, snapshot_date, sku, product, owner,
        CASE
            WHEN status IN ('blocked', 'removed', 'deactivated', 'detail page removed', '已屏蔽', '已下架') THEN 'takedown'
            ELSE 'listing'
        END AS rule
    FROM stated
    WHERE status IN (
        'blocked', 'removed', 'deactivated', 'detail page removed', '已屏蔽', '已下架', 'incomplete', 'suppressed',
        'search suppressed', '不完整', '禁止显示'
    )
),
down AS (
    SELECT
        rule, account, marketplace, snapshot_date, product, MIN(owner) AS owner, COUNT(DISTINCT sku) AS n_skus,
        MIN(sku) AS first_sku
    FROM sorted
    GROUP BY rule, account, marketplace, snapshot_date, product
),
looked AS (
    SELECT DISTINCT account, marketplace, snapshot_date FROM stated
),
stranded_line AS (
    SELECT
        s.account AS account, s.marketplace AS marketplace, s.snapshot_date AS snapshot_date,
        COALESCE(o.product, s.sku) AS product, o.owner AS owner, s.sku AS sku,
        COALESCE(s.fulfillable, 0) + COALESCE(s.unsellable, 0) AS units, CAST(s.stranded_at AS DATE) AS since,
        s.stranded_reason AS reason
    FROM stranded_inventory AS s
    LEFT JOIN own_now AS o ON s.account = o.account AND s.marketplace = o.marketplace AND s.sku = o.sku
),
stranded AS (
    SELECT
        account, marketplace, snapshot_date, product, MIN(owner) AS owner, COUNT(DISTINCT sku) AS n_skus,
        SUM(units) AS units, MIN(since) AS since, MIN(reason) AS reason
    FROM stranded_line
    GROUP BY account, marketplace, snapshot_date, product
),
-- A list on which nothing is stranded has no row, but it arrived.
stranded_list AS (
    SELECT account, marketplace, snapshot_date FROM stranded_inventory
    UNION
    SELECT account, marketplace, COALESCE(period_end, CAST(observed_at AS DATE)) AS snapshot_date
    FROM report_arrivals
    WHERE into_table = 'stranded_inventory' AND account IS NOT NULL AND marketplace IS NOT NULL
)
SELECT
    rule, account, marketplace, product AS subject, product, owner, snapshot_date AS checked_on, TRUE AS bad,
    'red' AS level, CAST(n_skus AS DOUBLE) AS figure, CAST(0 AS DOUBLE) AS target, CAST(NULL AS DATE) AS since,
    CAST(n_skus AS VARCHAR) || ' 个 SKU ' || CASE WHEN rule = 'takedown' THEN '被下架' ELSE '不可售' END || '：'
        || COALESCE(first_sku, '') AS evidence_zh,
    CAST(n_skus AS VARCHAR) || ' SKUs ' || CASE WHEN rule = 'takedown' THEN 'taken down' ELSE 'suppressed' END || ': '
        || COALESCE(first_sku, '') AS evidence
FROM down
UNION ALL
SELECT
    r.rule AS rule, k.account AS account, k.marketplace AS marketplace, CAST(NULL AS VARCHAR) AS subject,
    CAST(NULL AS VARCHAR) AS product, CAST(NULL AS VARCHAR) AS owner, k.snapshot_date AS checked_on, FALSE AS bad,
    'green' AS level, CAST(NULL AS DOUBLE) AS figure, CAST(NULL AS DOUBLE) AS target, CAST(NULL AS DATE) AS since,
    CAST(NULL AS VARCHAR) AS evidence_zh, CAST(NULL AS VARCHAR) AS evidence
FROM looked AS k CROSS JOIN (VALUES ('takedown'), ('listing')) AS r (rule)
UNION ALL
SELECT
    'stranded' AS rule, account, marketplace, product AS subject, product, owner, snapshot_date AS checked_on,
    TRUE AS bad, 'yellow' AS level, CAST(units AS DOUBLE) AS figure, CAST(0 AS DOUBLE) AS target, since,
    CAST(units AS VARCHAR) || ' 件库存无在售信息：' || COALESCE(reason, '原因未给出') AS evidence_zh,
    CAST(units AS VARCHAR) || ' units without a listing: ' || COALESCE(reason, 'no reason given') AS evidence
FROM stranded
UNION ALL
SELECT
    'stranded' AS rule, account, marketplace, CAST(NULL AS VARCHAR) AS subject, CAST(NULL AS VARCHAR) AS product,
    CAST(NULL AS VARCHAR) AS owner, snapshot_date AS checked_on, FALSE AS bad, 'green' AS level,
    CAST(NULL AS DOUBLE) AS figure, CAST(NULL AS DOUBLE) AS target, CAST(NULL AS DATE) AS since,
    CAST(NULL AS VARCHAR) AS evidence_zh, CAST(NULL AS VARCHAR) AS evidence
FROM stranded_list
