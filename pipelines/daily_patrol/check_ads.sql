-- Money of advertising: the pace of each budget, which is another one every month; campaigns without a cap, search terms that only cost.
WITH paced AS (
    SELECT
        account, marketplace, month, date, level, product, owner, state, pace, limit_over, limit_under,
        CASE
            WHEN level = 'product' THEN COALESCE(product, '') WHEN level = 'portfolio' THEN COALESCE(portfolio, '')
            ELSE ''
        END AS subject,
        CAST(CAST(FLOOR(COALESCE(pace, 0) * 100 + 0.5) AS BIGINT) AS VARCHAR) AS pace_percent,
        CAST(CAST(FLOOR(COALESCE(plan_share, 0) * 100 + 0.5) AS BIGINT) AS VARCHAR) AS plan_percent,
        CAST(CAST(FLOOR(month_share * 100 + 0.5) AS BIGINT) AS VARCHAR) AS month_percent
    FROM budget_pace
    -- Of one or two days no month can be told.
    WHERE state IN ('over', 'under', 'on_track') AND days_covered >= 3
),
campaign AS (
    SELECT
        account, marketplace, snapshot_date, COUNT(*) AS n_campaigns,
        SUM(CASE WHEN COALESCE(budget, 0) = 0 THEN 1 ELSE 0 END) AS n_no_cap,
        MIN(CASE WHEN COALESCE(budget, 0) = 0 THEN campaign END) AS first_campaign
    FROM ads_entity
    WHERE entity = 'Campaign' AND LOWER(TRIM(COALESCE(state, campaign_state))) = 'enabled'
    GROUP BY account, marketplace, snapshot_date
),
waste_line AS (
    SELECT
        account, marketplace, window_end, COALESCE(product, '') AS subject, product AS product, owner AS owner,
        currency, spend
    FROM wasted_keyword
    WHERE suggestion IS NOT NULL
),
waste AS (
    SELECT
        account, marketplace, window_end, subject, MIN(product) AS product,
        MIN(owner) AS owner, MIN(currency) AS currency, COUNT(*) AS n_terms, SUM(spend) AS spend
    FROM waste_line
    GROUP BY account, marketplace, window_end, subject
),
weighed AS (
    -- Less than what the clicks that prove a term may cost is not worth a task.
    SELECT
        w.account AS account, w.marketplace AS marketplace, w.window_end AS window_end, w.subject AS subject,
        w.product AS product, w.owner AS owner, w.currency AS currency, w.n_terms AS n_terms, w.spend AS spend,
        r.cpc_limit * CAST(r.wasted_min_clicks AS DOUBLE) AS least_spend
    FROM waste AS w
    INNER JOIN weekly_rules AS r ON w.marketplace = r.marketplace
),
judged AS (
    SELECT account, marketplace, MAX(window_end) AS window_end, week_start FROM wasted_keyword
    WHERE complete AND mature
    GROUP BY account, marketplace, week_start
)
SELECT
    'budget_pace' AS rule, account, marketplace, CAST(month AS VARCHAR) || ' ' || level || ' ' || subject AS subject,
    CASE WHEN level = 'product' THEN product END AS product, owner, date AS checked_on, state <> 'on_track' AS bad,
    CASE WHEN state = 'over' THEN 'red' ELSE 'yellow' END AS level, pace AS figure,
    CASE WHEN state = 'under' THEN limit_under ELSE limit_over END AS target, CAST(NULL AS DATE) AS since,
    CASE WHEN subject = '' THEN '全站' ELSE subject END || '：已花计划的 ' || plan_percent || '%，月份已过 ' || month_percent
        || '%，预计全月 ' || pace_percent || '%' AS evidence_zh,
    CASE WHEN subject = '' THEN 'marketplace' ELSE subject END || ': ' || plan_percent || '% of the plan spent, '
        || month_percent || '% of the month gone, heads for ' || pace_percent || '%' AS evidence
FROM paced
UNION ALL
SELECT
    'no_cap' AS rule, account, marketplace, 'campaigns' AS subject, CAST(NULL AS VARCHAR) AS product,
    CAST(NULL AS VARCHAR) AS owner, snapshot_date AS checked_on, n_no_cap > 0 AS bad, 'red' AS level,
    CAST(n_no_cap AS DOUBLE) AS figure, CAST(0 AS DOUBLE) AS target, CAST(NULL AS DATE) AS since,
    CAST(n_campaigns AS VARCHAR) || ' 个启用的广告活动中 ' || CAST(n_no_cap AS VARCHAR) || ' 个无预算：'
        || COALESCE(first_campaign, '') AS evidence_zh,
    CAST(n_no_cap AS VARCHAR) || ' of ' || CAST(n_campaigns AS VARCHAR) || ' enabled campaigns without a budget: '
        || COALESCE(first_campaign, '') AS evidence
FROM campaign
UNION ALL
SELECT
    'wasted_spend' AS rule, account, marketplace, subject, product, owner, window_end AS checked_on,
    CAST(spend AS DOUBLE) >= least_spend AS bad, 'yellow' AS level, CAST(spend AS DOUBLE) AS figure,
    least_spend AS target, CAST(NULL AS DATE) AS since,
    CAST(n_terms AS VARCHAR) || ' 个词只花钱不出单，30 天合计 '
        || CAST(CAST(FLOOR(CAST(spend AS DOUBLE) + 0.5) AS BIGINT) AS VARCHAR) || ' ' || COALESCE(currency, '')
        AS evidence_zh,
    CAST(n_terms AS VARCHAR) || ' terms without an order cost '
        || CAST(CAST(FLOOR(CAST(spend AS DOUBLE) + 0.5) AS BIGINT) AS VARCHAR) || ' ' || COALESCE(currency, '')
        || ' in 30 days' AS evidence
FROM weighed
UNION ALL
SELECT
    'wasted_spend' AS rule, account, marketplace, CAST(NULL AS VARCHAR) AS subject, CAST(NULL AS VARCHAR) AS product,
    CAST(NULL AS VARCHAR) AS owner, window_end AS checked_on, FALSE AS bad, 'green' AS level,
    CAST(NULL AS DOUBLE) AS figure, CAST(NULL AS DOUBLE) AS target, CAST(NULL AS DATE) AS since,
    CAST(NULL AS VARCHAR) AS evidence_zh, CAST(NULL AS VARCHAR) AS evidence
FROM judged
