-- What each rule counts, by campaign; archived things do not count.
WITH live AS (
    SELECT * FROM structure_item WHERE state <> 'ARCHIVED'
),
campaign AS (
    SELECT
        month, account, marketplace, ad_product, campaign, MIN(source) AS source, MAX(portfolio) AS portfolio,
        MAX(CASE WHEN entity = 'Campaign' THEN budget END) AS budget,
        MIN(CASE WHEN entity = 'Campaign' THEN state END) AS state, COUNT(DISTINCT ad_group) AS n_ad_groups
    FROM live
    GROUP BY month, account, marketplace, ad_product, campaign
),
-- A portfolio or a budget that no campaign has is a column that the report lacks.
told AS (
    SELECT
        month, account, marketplace, ad_product,
        MAX(CASE WHEN portfolio IS NOT NULL THEN 1 ELSE 0 END) = 1 AS portfolios,
        MAX(CASE WHEN budget IS NOT NULL THEN 1 ELSE 0 END) = 1 AS budgets
    FROM campaign
    GROUP BY month, account, marketplace, ad_product
),
keyword AS (
    SELECT * FROM live WHERE entity = 'Keyword' AND keyword IS NOT NULL AND match_type IN ('EXACT', 'PHRASE', 'BROAD')
),
group_types AS (
    SELECT month, account, marketplace, ad_product, campaign, ad_group, COUNT(DISTINCT match_type) AS n_types
    FROM keyword
    GROUP BY month, account, marketplace, ad_product, campaign, ad_group
),
mixed AS (
    SELECT
        month, account, marketplace, ad_product, campaign,
        SUM(CASE WHEN n_types > 1 THEN 1 ELSE 0 END) AS n_mixed
    FROM group_types
    GROUP BY month, account, marketplace, ad_product, campaign
),
repeated AS (
    SELECT
        month, account, marketplace, ad_product, campaign, keyword, match_type, COUNT(*) AS n_times
    FROM keyword
    GROUP BY month, account, marketplace, ad_product, campaign, keyword, match_type
),
doubled AS (
    SELECT
        month, account, marketplace, ad_product, campaign, SUM(CASE WHEN n_times > 1 THEN 1 ELSE 0 END) AS n_doubled
    FROM repeated
    GROUP BY month, account, marketplace, ad_product, campaign
),
bid AS (
    SELECT DISTINCT
        k.month AS month, k.account AS account, k.marketplace AS marketplace, k.ad_product AS ad_product,
        k.campaign AS campaign, k.keyword AS keyword, p.sku AS sku
    FROM keyword AS k
    INNER JOIN live AS p
        ON k.month = p.month AND k.account = p.account AND k.marketplace = p.marketplace
        AND k.ad_product = p.ad_product AND k.campaign = p.campaign AND k.ad_group = p.ad_group
    WHERE k.match_type = 'EXACT' AND k.state = 'ENABLED' AND p.entity = 'Product Ad' AND p.state = 'ENABLED'
        AND p.sku IS NOT NULL
),
shared AS (
    SELECT month, account, marketplace, ad_product, keyword, sku, COUNT(DISTINCT campaign) AS n_campaigns
    FROM bid
    GROUP BY month, account, marketplace, ad_product, keyword, sku
),
contested AS (
    SELECT
        b.month AS month, b.account AS account, b.marketplace AS marketplace, b.ad_product AS ad_product,
        b.campaign AS campaign, COUNT(DISTINCT CASE WHEN s.n_campaigns > 1 THEN b.keyword END) AS n_contested
    FROM bid AS b
    INNER JOIN shared AS s
        ON b.month = s.month AND b.account = s.account AND b.marketplace = s.marketplace
        AND b.ad_product = s.ad_product AND b.keyword = s.keyword AND b.sku = s.sku
    GROUP BY b.month, b.account, b.marketplace, b.ad_product, b.campaign
),
orphan AS (
    SELECT
        i.month AS month, i.account AS account, i.marketplace AS marketplace, i.ad_product AS ad_product,
        i.campaign AS campaign,
        SUM(
            CASE
                WHEN i.ad_group_state = 'PAUSED' OR i.campaign_state = 'PAUSED' OR c.state = 'PAUSED' THEN 1
                ELSE 0
            END
        ) AS n_orphans
    FROM live AS i
    INNER JOIN campaign AS c
        ON i.month = c.month AND i.account = c.account AND i.marketplace = c.marketplace
        AND i.ad_product = c.ad_product AND i.campaign = c.campaign
    WHERE i.source = 'bulk' AND i.state = 'ENABLED'
        AND i.entity IN ('Ad Group', 'Keyword', 'Product Targeting', 'Product Ad')
    GROUP BY i.month, i.account, i.marketplace, i.ad_product, i.campaign
)
SELECT
    c.month AS month, c.account AS account, c.marketplace AS marketplace, c.ad_product AS ad_product,
    c.campaign AS campaign, c.source AS source, c.state AS state, c.portfolio AS portfolio, c.budget AS budget,
    c.n_ad_groups AS n_ad_groups, t.portfolios AS portfolios_told, t.budgets AS budgets_told, m.n_mixed AS n_mixed,
    d.n_doubled AS n_doubled, x.n_contested AS n_contested, o.n_orphans AS n_orphans
FROM campaign AS c
INNER JOIN told AS t
    ON c.month = t.month AND c.account = t.account AND c.marketplace = t.marketplace AND c.ad_product = t.ad_product
LEFT JOIN mixed AS m
    ON c.month = m.month AND c.account = m.account AND c.marketplace = m.marketplace AND c.ad_product = m.ad_product
    AND c.campaign = m.campaign
LEFT JOIN doubled AS d
    ON c.month = d.month AND c.account = d.account AND c.marketplace = d.marketplace AND c.ad_product = d.ad_product
    AND c.campaign = d.campaign
LEFT JOIN contested AS x
    ON c.month = x.month AND c.account = x.account AND c.marketplace = x.marketplace AND c.ad_product = x.ad_product
    AND c.campaign = x.campaign
LEFT JOIN orphan AS o
    ON c.month = o.month AND c.account = o.account AND c.marketplace = o.marketplace AND c.ad_product = o.ad_product
    AND c.campaign = o.campaign
