-- The terms that may go into a product's search terms, best first: what the team adopted, then candidates that an order
-- proved. Brands and ASINs never; what the team refused never.
WITH offered AS (
    SELECT
        account, marketplace, product, term, CASE WHEN state IN ('已采纳', '已上架') THEN 0 ELSE 1 END AS tier,
        -- Two computed keys in one window clash in Polars, so they are columns first.
        0 - orders AS fewest_orders, 0 - COALESCE(search_volume, 0) AS least_volume
    FROM search_term_library
    WHERE term_class = 'generic'
        AND (state IN ('已采纳', '已上架') OR state IN ('候选', '在广告') AND orders > 0)
)
SELECT
    account, marketplace, product, term, tier = 0 AS adopted,
    ROW_NUMBER() OVER (
        PARTITION BY account, marketplace, product ORDER BY tier, fewest_orders, least_volume, term
    ) AS place
FROM offered
