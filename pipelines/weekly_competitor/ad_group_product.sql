-- The own product that an ad group advertises, where it advertises only one: search-term reports do not name it.
WITH advertised AS (
    SELECT DISTINCT account, marketplace, campaign, ad_group, advertised_sku, advertised_asin FROM ads_product
    UNION
    SELECT DISTINCT account, marketplace, campaign, ad_group, advertised_sku, advertised_asin FROM ads_product_range
),
mapping AS (
    SELECT
        account, marketplace, sku, asin, product, owner,
        ROW_NUMBER() OVER (
            PARTITION BY account, marketplace, sku
            ORDER BY COALESCE(valid_from, DATE '1900-01-01') DESC NULLS LAST, product DESC NULLS LAST
        ) AS nth
    FROM products
),
by_sku AS (
    SELECT account, marketplace, sku, product, owner FROM mapping WHERE nth = 1
),
by_asin AS (
    SELECT account, marketplace, asin, MIN(product) AS product, MIN(owner) AS owner
    FROM mapping
    WHERE nth = 1 AND asin IS NOT NULL
    GROUP BY account, marketplace, asin
),
mapped AS (
    SELECT
        a.account AS account, a.marketplace AS marketplace, a.campaign AS campaign,
        COALESCE(a.ad_group, '') AS ad_group,
        COALESCE(s.product, n.product, a.advertised_sku, a.advertised_asin) AS product,
        COALESCE(s.owner, n.owner) AS owner
    FROM advertised AS a
    LEFT JOIN by_sku AS s
        ON a.account = s.account AND a.marketplace = s.marketplace AND a.advertised_sku = s.sku
    LEFT JOIN by_asin AS n
        ON a.account = n.account AND a.marketplace = n.marketplace AND a.advertised_asin = n.asin
)
SELECT
    account, marketplace, campaign, ad_group,
    CASE WHEN MIN(product) = MAX(product) THEN MIN(product) END AS product,
    CASE WHEN MIN(owner) = MAX(owner) THEN MIN(owner) END AS owner
FROM mapped
GROUP BY account, marketplace, campaign, ad_group
