-- The open actions that are no task yet, or whose task was closed too early, as a Feishu table imports them.
SELECT
    as_of, action_id, title_zh || ' ' || COALESCE(product, LEFT(evidence_zh, 24)) AS name,
    '未开始' AS status, owner, opened_on, due_at, account, marketplace, product,
    evidence_zh || ' → ' || step_zh || '（' || escalation_zh || '，数据日 ' || CAST(data_date AS VARCHAR) || '）' AS notes
FROM patrol_action
WHERE is_open AND (NOT has_task OR state = 'reopened')
