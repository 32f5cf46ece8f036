-- What is set up in the ads account and runs, as the newest bulk workbook of each ad product tells. Other lists of the
-- console show a part of the account, so that what they lack proves nothing.
WITH newest AS (
    SELECT account, marketplace, ad_product, MAX(snapshot_date) AS snapshot_date
    FROM ads_entity
    WHERE family IN ('bulk-1', 'bulk-2')
    GROUP BY account, marketplace, ad_product
)
SELECT
    e.account AS account, e.marketplace AS marketplace, e.ad_product AS ad_product, LOWER(TRIM(e.entity)) AS entity,
    e.campaign AS campaign, COALESCE(e.ad_group, '') AS ad_group, e.campaign_id AS campaign_id,
    e.ad_group_id AS ad_group_id, UPPER(REPLACE(TRIM(e.match_type), ' ', '_')) AS match_type,
    LOWER(TRIM(COALESCE(e.keyword_text, e.targeting_expression, e.targeting))) AS target,
    e.snapshot_date AS snapshot_date
FROM ads_entity AS e
INNER JOIN newest AS n
    ON e.account = n.account AND e.marketplace = n.marketplace AND e.ad_product = n.ad_product
    AND e.snapshot_date = n.snapshot_date
WHERE e.family IN ('bulk-1', 'bulk-2') AND LOWER(COALESCE(e.state, 'enabled')) = 'enabled'
