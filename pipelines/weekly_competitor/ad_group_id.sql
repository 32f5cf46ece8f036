-- The ids that an upload needs in place of names. A name that two campaigns or ad groups share has none: nobody can
-- tell which of them is meant.
WITH named AS (
    SELECT account, marketplace, ad_product, campaign, ad_group, campaign_id, ad_group_id
    FROM ads_entity_now
    WHERE campaign_id IS NOT NULL AND ad_group_id IS NOT NULL
    UNION ALL
    SELECT
        account, marketplace, ad_product, campaign, COALESCE(ad_group, '') AS ad_group, campaign_id, ad_group_id
    FROM ads_search_term
    WHERE campaign_id IS NOT NULL AND ad_group_id IS NOT NULL
    UNION ALL
    SELECT
        account, marketplace, ad_product, campaign, COALESCE(ad_group, '') AS ad_group, campaign_id, ad_group_id
    FROM ads_search_term_range
    WHERE campaign_id IS NOT NULL AND ad_group_id IS NOT NULL
)
SELECT
    account, marketplace, ad_product, campaign, ad_group, MIN(campaign_id) AS campaign_id,
    MIN(ad_group_id) AS ad_group_id
FROM named
GROUP BY account, marketplace, ad_product, campaign, ad_group
HAVING MIN(campaign_id) = MAX(campaign_id) AND MIN(ad_group_id) = MAX(ad_group_id)
