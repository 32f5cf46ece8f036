-- Every day of search terms with a key for the ad group that two tables can be joined by: Sponsored Brands may have none.
SELECT
    account, marketplace, ad_product, campaign, COALESCE(ad_group, '') AS ad_group_key, search_term, date, clicks,
    orders, units, spend, sales, currency
FROM ads_search_term
