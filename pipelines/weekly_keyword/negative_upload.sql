-- The newest week's suggestions as rows for the ads console's bulk operations: negative keywords and negative product
-- targets of Sponsored Products, one a term and ad group. The file that people upload is made of these rows.
WITH newest AS (
    SELECT account, marketplace, ad_product, MAX(week_start) AS week_start
    FROM wasted_keyword
    GROUP BY account, marketplace, ad_product
),
ready AS (
    SELECT
        w.account AS account, w.marketplace AS marketplace, w.week_start AS week_start,
        w.campaign_id AS campaign_id, w.ad_group_id AS ad_group_id, w.campaign AS campaign, w.ad_group AS ad_group,
        w.suggestion = 'negate_product' AS is_product,
        CASE WHEN w.suggestion = 'negate_product' THEN UPPER(TRIM(w.search_term)) ELSE LOWER(TRIM(w.search_term)) END
            AS text,
        w.product AS product, w.owner AS owner, w.currency AS currency, w.clicks AS clicks, w.spend AS spend
    FROM wasted_keyword AS w
    INNER JOIN newest AS n
        ON w.account = n.account AND w.marketplace = n.marketplace AND w.ad_product = n.ad_product
        AND w.week_start = n.week_start
    WHERE w.upload = 'ready'
),
negative AS (
    SELECT
        account, marketplace, campaign_id, ad_group_id, is_product, text, MAX(week_start) AS week_start,
        MIN(campaign) AS campaign, MIN(ad_group) AS ad_group, MIN(product) AS product, MIN(owner) AS owner,
        MIN(currency) AS currency, SUM(clicks) AS clicks, SUM(spend) AS spend
    FROM ready
    GROUP BY account, marketplace, campaign_id, ad_group_id, is_product, text
)
SELECT
    account, marketplace, 'Sponsored Products' AS bulk_product,
    CASE WHEN is_product THEN 'Negative Product Targeting' ELSE 'Negative Keyword' END AS entity,
    'Create' AS operation, campaign_id, ad_group_id, campaign, ad_group, 'enabled' AS state,
    CASE WHEN NOT is_product THEN text END AS keyword_text,
    CASE WHEN NOT is_product THEN 'Negative Exact' END AS match_type,
    CASE WHEN is_product THEN 'asin="' || text || '"' END AS targeting_expression, week_start, product, owner,
    currency, clicks, spend
FROM negative
