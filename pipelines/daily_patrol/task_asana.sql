-- The open actions that are no task yet, or whose task was closed too early, as Asana imports them: the id stands before the name and comes back with it.
SELECT
    as_of, action_id, '[' || action_id || '] [' || marketplace || '] ' || title_zh
        || ' ' || COALESCE(product, LEFT(evidence_zh, 24)) AS name,
    CASE WHEN level = 'red' THEN '紧急' ELSE '待处理' END AS section, owner, due_at,
    evidence_zh || ' → ' || step_zh || '（' || escalation_zh || '，数据日 ' || CAST(data_date AS VARCHAR) || '）' AS notes,
    rule AS tags, account, marketplace, product
FROM patrol_action
WHERE is_open AND (NOT has_task OR state = 'reopened')
