-- Campaigns, ad groups, keywords and advertised SKUs of a month: from the newest bulk workbook of the month, and for
-- kinds of ad without one from the reports, which show only what had impressions.
WITH listed AS (
    SELECT
        e.account AS account, e.marketplace AS marketplace, e.ad_product AS ad_product, d.month AS month,
        e.snapshot_date AS snapshot_date, e.entity AS entity, e.campaign AS campaign, e.ad_group AS ad_group,
        COALESCE(e.portfolio, e.portfolio_id) AS portfolio, e.budget AS budget, UPPER(e.match_type) AS match_type,
        LOWER(TRIM(COALESCE(e.keyword_text, e.targeting))) AS keyword, e.sku AS sku,
        UPPER(COALESCE(e.state, 'ENABLED')) AS state, UPPER(e.campaign_state) AS campaign_state,
        UPPER(e.ad_group_state) AS ad_group_state
    FROM ads_entity AS e
    INNER JOIN calendar AS d ON e.snapshot_date = d.date
    WHERE e.campaign IS NOT NULL AND e.ad_product IN ('SP', 'SB', 'SD')
),
newest AS (
    SELECT account, marketplace, ad_product, month, MAX(snapshot_date) AS snapshot_date
    FROM listed
    WHERE entity = 'Campaign'
    GROUP BY account, marketplace, ad_product, month
),
bulk AS (
    SELECT
        l.month AS month, l.account AS account, l.marketplace AS marketplace, l.ad_product AS ad_product,
        l.campaign AS campaign, l.entity AS entity, l.ad_group AS ad_group, l.portfolio AS portfolio,
        l.budget AS budget, l.match_type AS match_type, l.keyword AS keyword, l.sku AS sku, l.state AS state,
        l.campaign_state AS campaign_state, l.ad_group_state AS ad_group_state
    FROM listed AS l
    INNER JOIN newest AS n
        ON l.account = n.account AND l.marketplace = n.marketplace AND l.ad_product = n.ad_product
        AND l.month = n.month AND l.snapshot_date = n.snapshot_date
),
seen AS (
    SELECT
        d.month AS month, t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product,
        t.campaign AS campaign, 'Campaign' AS entity, CAST(NULL AS VARCHAR) AS ad_group, t.portfolio AS portfolio,
        t.budget AS budget, CAST(NULL AS VARCHAR) AS match_type, CAST(NULL AS VARCHAR) AS keyword,
        CAST(NULL AS VARCHAR) AS sku
    FROM ads_campaign AS t
    INNER JOIN calendar AS d ON t.date = d.date
    UNION ALL
    SELECT
        d.month AS month, t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product,
        t.campaign AS campaign,
        CASE WHEN UPPER(t.match_type) IN ('EXACT', 'PHRASE', 'BROAD') THEN 'Keyword' ELSE 'Product Targeting' END
            AS entity,
        t.ad_group AS ad_group, t.portfolio AS portfolio, CAST(NULL AS DECIMAL(18, 4)) AS budget,
        UPPER(t.match_type) AS match_type, LOWER(TRIM(t.targeting)) AS keyword, CAST(NULL AS VARCHAR) AS sku
    FROM ads_targeting AS t
    INNER JOIN calendar AS d ON t.date = d.date
    UNION ALL
    SELECT
        d.month AS month, t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product,
        t.campaign AS campaign, 'Product Ad' AS entity, t.ad_group AS ad_group, t.portfolio AS portfolio,
        CAST(NULL AS DECIMAL(18, 4)) AS budget, CAST(NULL AS VARCHAR) AS match_type,
        CAST(NULL AS VARCHAR) AS keyword, t.advertised_sku AS sku
    FROM ads_product AS t
    INNER JOIN calendar AS d ON t.date = d.date
),
reported AS (
    SELECT
        s.month AS month, s.account AS account, s.marketplace AS marketplace, s.ad_product AS ad_product,
        s.campaign AS campaign, s.entity AS entity, s.ad_group AS ad_group, s.portfolio AS portfolio,
        s.budget AS budget, s.match_type AS match_type, s.keyword AS keyword, s.sku AS sku
    FROM seen AS s
    LEFT JOIN newest AS n
        ON s.account = n.account AND s.marketplace = n.marketplace AND s.ad_product = n.ad_product
        AND s.month = n.month
    WHERE n.month IS NULL AND s.campaign IS NOT NULL
)
SELECT
    month, account, marketplace, ad_product, 'bulk' AS source, campaign, entity, ad_group, portfolio, budget,
    match_type, keyword, sku, state, campaign_state, ad_group_state
FROM bulk
UNION ALL
-- One row each, however many days it was seen on.
SELECT DISTINCT
    month, account, marketplace, ad_product, 'reports' AS source, campaign, entity, ad_group, portfolio, budget,
    match_type, keyword, sku, 'ENABLED' AS state, CAST(NULL AS VARCHAR) AS campaign_state,
    CAST(NULL AS VARCHAR) AS ad_group_state
FROM reported
