-- Negatives that stand in the ads account: of an ad group, or of a whole campaign (ad group empty). `how` says what they
-- stop: a search that is the text (exact), one that has it among its words (phrase), or an ASIN's page (product).
WITH negative AS (
    SELECT
        account, marketplace, ad_product, campaign,
        CASE WHEN entity LIKE 'campaign%' THEN '' ELSE ad_group END AS ad_group,
        CASE
            WHEN target LIKE 'asin=%' THEN 'product'
            WHEN match_type LIKE '%PHRASE%' THEN 'phrase'
            ELSE 'exact'
        END AS how,
        CASE WHEN target LIKE 'asin=%' THEN SPLIT_PART(target, '"', 2) ELSE target END AS text
    FROM ads_entity_now
    WHERE entity LIKE '%negative%' OR match_type LIKE '%NEGATIVE%'
)
SELECT DISTINCT account, marketplace, ad_product, campaign, ad_group, how, text
FROM negative
WHERE text <> ''
