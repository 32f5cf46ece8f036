-- The tasks of the team as they were read back last, one for each action: of several with one id the last made.
WITH told AS (
    SELECT
        COALESCE(t.action_id, t.named_action_id) AS action_id, t.task_id AS task_id, t.title AS title,
        t.status AS status, t.owner AS owner, t.product AS product, t.account AS account, t.marketplace AS marketplace,
        t.verified_by AS verified_by, t.reviewed_by AS reviewed_by, t.snapshot_date AS snapshot_date,
        CAST(t.created_at AS DATE) AS created_on, CAST(t.completed_at AS DATE) AS completed_on,
        LOWER(TRIM(COALESCE(t.status, ''))) IN (
            'done', 'completed', 'complete', 'closed', 'resolved', '已完成', '完成', '已关闭', '关闭', '已解决'
        ) AS said_closed
    FROM task AS t
    WHERE COALESCE(t.action_id, t.named_action_id) IS NOT NULL
),
ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY action_id
            ORDER BY snapshot_date DESC NULLS LAST, created_on DESC NULLS LAST
        ) AS nth
    FROM (SELECT * FROM told) AS t
)
SELECT
    action_id, task_id, title, status, owner, product, account, marketplace, verified_by, reviewed_by, snapshot_date,
    created_on,
    CASE WHEN completed_on IS NOT NULL THEN completed_on WHEN said_closed THEN snapshot_date END AS closed_on
FROM ranked
WHERE nth = 1
