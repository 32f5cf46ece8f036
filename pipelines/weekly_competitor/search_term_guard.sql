-- What speaks against negating a term in an ad group. A negative stops the term under every target of the ad group, so
-- clicks and orders are those of all of them; it may stand there already; and the keywords that a product is meant to
-- rank for (its basket, or a live exact keyword of the product) are a decision of people.
WITH term AS (
    SELECT
        week_start, account, marketplace, ad_product, campaign, COALESCE(ad_group, '') AS ad_group, search_term, clicks,
        orders
    FROM search_term_total
),
grouped AS (
    SELECT
        week_start, account, marketplace, ad_product, campaign, ad_group, search_term, SUM(clicks) AS ad_group_clicks,
        SUM(orders) AS ad_group_orders
    FROM term
    GROUP BY week_start, account, marketplace, ad_product, campaign, ad_group, search_term
),
named AS (
    SELECT DISTINCT
        t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product, t.campaign AS campaign,
        t.ad_group AS ad_group, t.search_term AS search_term, LOWER(TRIM(t.search_term)) AS plain,
        g.product AS product
    FROM term AS t
    LEFT JOIN ad_group_product AS g
        ON t.account = g.account AND t.marketplace = g.marketplace AND t.campaign = g.campaign
        AND t.ad_group = g.ad_group
),
negated AS (
    SELECT DISTINCT
        t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product, t.campaign AS campaign,
        t.ad_group AS ad_group, t.search_term AS search_term, TRUE AS is_negated
    FROM named AS t
    INNER JOIN negated_term AS n
        ON t.account = n.account AND t.marketplace = n.marketplace AND t.ad_product = n.ad_product
        AND t.campaign = n.campaign
    WHERE (n.ad_group = '' OR n.ad_group = t.ad_group)
        AND (n.text = t.plain OR n.how = 'phrase' AND STRPOS(' ' || t.plain || ' ', ' ' || n.text || ' ') > 0)
),
basket AS (
    SELECT DISTINCT marketplace, product, LOWER(TRIM(keyword)) AS keyword, TRUE AS in_basket FROM keyword_basket
),
exact_keyword AS (
    SELECT e.account AS account, e.marketplace AS marketplace, e.target AS target, g.product AS product
    FROM ads_entity_now AS e
    LEFT JOIN ad_group_product AS g
        ON e.account = g.account AND e.marketplace = g.marketplace AND e.campaign = g.campaign
        AND e.ad_group = g.ad_group
    WHERE e.entity = 'keyword' AND e.match_type = 'EXACT'
),
exact AS (
    SELECT DISTINCT
        t.account AS account, t.marketplace AS marketplace, t.ad_product AS ad_product, t.campaign AS campaign,
        t.ad_group AS ad_group, t.search_term AS search_term, TRUE AS lives_exact
    FROM named AS t
    INNER JOIN exact_keyword AS e
        ON t.account = e.account AND t.marketplace = e.marketplace AND t.plain = e.target
    WHERE COALESCE(t.product = e.product, TRUE)
)
SELECT
    g.week_start AS week_start, g.account AS account, g.marketplace AS marketplace, g.ad_product AS ad_product,
    g.campaign AS campaign, g.ad_group AS ad_group, g.search_term AS search_term,
    g.ad_group_clicks AS ad_group_clicks, g.ad_group_orders AS ad_group_orders,
    COALESCE(d.is_negated, FALSE) AS is_negated, COALESCE(b.in_basket, FALSE) AS in_basket,
    COALESCE(e.lives_exact, FALSE) AS lives_exact, i.campaign_id AS campaign_id, i.ad_group_id AS ad_group_id
FROM grouped AS g
INNER JOIN named AS n
    ON g.account = n.account AND g.marketplace = n.marketplace AND g.ad_product = n.ad_product
    AND g.campaign = n.campaign AND g.ad_group = n.ad_group AND g.search_term = n.search_term
LEFT JOIN negated AS d
    ON g.account = d.account AND g.marketplace = d.marketplace AND g.ad_product = d.ad_product
    AND g.campaign = d.campaign AND g.ad_group = d.ad_group AND g.search_term = d.search_term
LEFT JOIN basket AS b ON n.marketplace = b.marketplace AND n.product = b.product AND n.plain = b.keyword
LEFT JOIN exact AS e
    ON g.account = e.account AND g.marketplace = e.marketplace AND g.ad_product = e.ad_product
    AND g.campaign = e.campaign AND g.ad_group = e.ad_group AND g.search_term = e.search_term
LEFT JOIN ad_group_id AS i
    ON g.account = i.account AND g.marketplace = i.marketplace AND g.ad_product = i.ad_product
    AND g.campaign = i.campaign AND g.ad_group = i.ad_group
