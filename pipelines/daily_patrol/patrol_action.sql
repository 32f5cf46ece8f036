-- What to do today: one action a rule and subject, with an id that stays while the trouble does. How far it has gone
-- is read back from the team's tasks; without a task it grows older by itself, and goes to the next pair of eyes.
WITH general AS (
    -- A pool of several marketplaces has no rules of its own.
    SELECT
        MAX(verify_after_days) AS verify_after_days, MAX(review_after_days) AS review_after_days,
        MAX(reopen_after_days) AS reopen_after_days
    FROM daily_rules
),
joined AS (
    SELECT
        f.row_id AS action_id, f.rule AS rule, f.account AS account, f.marketplace AS marketplace,
        f.subject AS subject, f.product AS product, COALESCE(f.owner, t.owner) AS owner, f.level AS level,
        f.data_date AS data_date, LEAST(f.opened_on, COALESCE(t.created_on, f.opened_on)) AS opened_on,
        f.figure AS figure, f.target AS target, f.evidence_zh AS evidence_zh, f.evidence AS evidence,
        r.title AS title, r.title_zh AS title_zh, r.step AS step, r.step_zh AS step_zh, r.place AS place,
        r.due_days AS due_days, t.task_id AS task_id, t.status AS task_status, t.verified_by AS verified_by,
        t.reviewed_by AS reviewed_by, t.closed_on AS closed_on, t.action_id IS NOT NULL AS has_task,
        COALESCE(m.verify_after_days, g.verify_after_days) AS verify_after_days,
        COALESCE(m.review_after_days, g.review_after_days) AS review_after_days,
        COALESCE(m.reopen_after_days, g.reopen_after_days) AS reopen_after_days
    FROM patrol_named AS f
    INNER JOIN patrol_rule AS r ON f.rule = r.rule
    CROSS JOIN general AS g
    LEFT JOIN daily_rules AS m ON f.marketplace = m.marketplace
    LEFT JOIN task_now AS t ON f.row_id = t.action_id
    WHERE r.acts
),
aged AS (
    SELECT
        j.action_id AS action_id, j.rule AS rule, j.account AS account, j.marketplace AS marketplace,
        j.subject AS subject, j.product AS product, j.owner AS owner, j.level AS level, j.data_date AS data_date,
        j.opened_on AS opened_on, j.figure AS figure, j.target AS target, j.evidence_zh AS evidence_zh,
        j.evidence AS evidence, j.title AS title, j.title_zh AS title_zh, j.step AS step, j.step_zh AS step_zh,
        j.place AS place, j.task_id AS task_id, j.task_status AS task_status, j.verified_by AS verified_by,
        j.reviewed_by AS reviewed_by, j.closed_on AS closed_on, j.has_task AS has_task, a.as_of AS as_of,
        a.day_number AS today, a.day_number - o.day_number AS days_open, o.day_number + j.due_days AS due_day,
        CASE
            WHEN j.closed_on IS NULL THEN 'open'
            -- Figures of the day on which it was done may still show the trouble.
            WHEN CAST(d.day_number - c.day_number AS DOUBLE) >= j.reopen_after_days THEN 'reopened'
            ELSE 'closed'
        END AS state,
        CASE
            WHEN TRIM(j.reviewed_by) <> '' THEN 'reviewed'
            WHEN TRIM(j.verified_by) <> '' THEN 'review'
            WHEN CAST(a.day_number - o.day_number AS DOUBLE) >= j.review_after_days THEN 'review'
            WHEN CAST(a.day_number - o.day_number AS DOUBLE) >= j.verify_after_days THEN 'verify'
            ELSE 'warned'
        END AS escalation
    FROM joined AS j
    CROSS JOIN as_of AS a
    INNER JOIN calendar AS o ON j.opened_on = o.date
    INNER JOIN calendar AS d ON j.data_date = d.date
    LEFT JOIN calendar AS c ON j.closed_on = c.date
),
-- Tasks that are open although nothing is found any more.
gone AS (
    SELECT
        t.action_id AS action_id, t.account AS account, t.marketplace AS marketplace, t.product AS product,
        t.owner AS owner, t.task_id AS task_id, t.status AS task_status, t.verified_by AS verified_by,
        t.reviewed_by AS reviewed_by, t.title AS task_title, t.snapshot_date AS data_date,
        COALESCE(t.created_on, t.snapshot_date) AS opened_on
    FROM task_now AS t
    LEFT JOIN (SELECT row_id, TRUE AS is_found FROM patrol_named) AS f ON t.action_id = f.row_id
    WHERE f.is_found IS NULL AND t.closed_on IS NULL
),
worded AS (
    SELECT
        as_of, action_id, rule, title, title_zh, account, marketplace, product, subject, owner, level, data_date,
        opened_on, days_open, due_day, today, figure, target, evidence_zh, evidence, step_zh, step, escalation,
        CASE
            WHEN escalation = 'reviewed' THEN '已复核'
            WHEN escalation = 'review' THEN '主管复核'
            WHEN escalation = 'verify' THEN '工具验证'
            ELSE '后台警告'
        END AS escalation_zh,
        state, state <> 'closed' AS is_open, has_task, task_id, task_status, verified_by, reviewed_by, closed_on,
        CASE WHEN level = 'red' THEN place ELSE place + 100 END AS order_no,
        '[' || marketplace || '] ' || CASE WHEN product IS NOT NULL THEN product || '：' ELSE '' END AS head_text
    FROM aged
    UNION ALL
    SELECT
        a.as_of AS as_of, g.action_id AS action_id, 'gone' AS rule, 'No longer seen' AS title, '已不再出现' AS title_zh,
        g.account AS account, g.marketplace AS marketplace, g.product AS product, g.action_id AS subject,
        g.owner AS owner, 'yellow' AS level, g.data_date AS data_date, g.opened_on AS opened_on,
        a.day_number - o.day_number AS days_open, a.day_number AS due_day, a.day_number AS today,
        CAST(NULL AS DOUBLE) AS figure, CAST(NULL AS DOUBLE) AS target,
        '当前数据已看不到：' || COALESCE(g.task_title, g.action_id) AS evidence_zh,
        'not seen in what is known now: ' || COALESCE(g.task_title, g.action_id) AS evidence,
        '确认已解决后关闭任务；若因缺报表而看不到，先补报表' AS step_zh,
        'close the task if it is solved; if a report is missing, bring it first' AS step, 'warned' AS escalation,
        '后台警告' AS escalation_zh, 'gone' AS state, TRUE AS is_open, TRUE AS has_task, g.task_id AS task_id,
        g.task_status AS task_status, g.verified_by AS verified_by, g.reviewed_by AS reviewed_by,
        CAST(NULL AS DATE) AS closed_on, CAST(900 AS BIGINT) AS order_no,
        CASE WHEN g.marketplace IS NOT NULL THEN '[' || g.marketplace || '] ' ELSE '' END AS head_text
    FROM gone AS g
    CROSS JOIN as_of AS a
    INNER JOIN calendar AS o ON g.opened_on = o.date
)
SELECT
    w.as_of AS as_of, w.action_id AS action_id, w.rule AS rule, w.title AS title, w.title_zh AS title_zh,
    w.account AS account, w.marketplace AS marketplace, w.product AS product, w.subject AS subject,
    w.owner AS owner, w.level AS level,
    CASE WHEN w.level = 'red' THEN '紧急' ELSE '一般' END AS level_zh, w.data_date AS data_date, w.opened_on AS opened_on,
    w.days_open AS days_open, u.date AS due_at, w.is_open AND w.today > w.due_day AS overdue, w.figure AS figure,
    w.target AS target, w.evidence_zh AS evidence_zh, w.evidence AS evidence, w.step_zh AS step_zh, w.step AS step,
    w.escalation AS escalation, w.escalation_zh AS escalation_zh, w.state AS state,
    CASE
        WHEN w.state = 'closed' THEN '已关闭' WHEN w.state = 'reopened' THEN '再次出现'
        WHEN w.state = 'gone' THEN '已不再出现' ELSE '未完成'
    END AS state_zh, w.is_open AS is_open,
    w.has_task AS has_task, w.task_id AS task_id, w.task_status AS task_status, w.verified_by AS verified_by,
    w.reviewed_by AS reviewed_by, w.closed_on AS closed_on,
    CASE
        WHEN w.is_open THEN w.head_text || w.evidence_zh || ' → ' || w.step_zh || '（' || CASE
            WHEN w.today > w.due_day THEN '已超期，' ELSE ''
        END || '截止 ' || CAST(u.date AS VARCHAR) || '，' || w.escalation_zh || '）'
    END AS line_zh,
    w.order_no AS order_no, w.is_open AND w.level = 'red' AS is_urgent, TRUE AS mature
FROM worded AS w
INNER JOIN calendar AS u ON w.due_day = u.day_number
