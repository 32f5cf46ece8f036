-- The terms that may go into a product's search terms, best first: what the team adopted, then candidates that an order
-- proved. Brands and ASINs never; what the team refused never.
WITH offered AS (
    SELECT
        account, marketplace, product, term, CASE WHEN state IN ('已采纳', '已上架') THEN 0 ELSE 1 END AS tier,
        0 - orders AS orders_down, 0 - COALESCE(search_volume, 0) AS volume_down
    FROM search_term_library
    WHERE term_class = 'generic'
        AND (state IN ('已采纳', '已上架') OR state IN ('候选', '在广告') AND orders > 0)
)
SELECT
    account, marketplace, product, term, tier = 0 AS adopted,
    ROW_NUMBER() OVER (
        PARTITION BY account, marketplace, product ORDER BY tier, orders_down, volume_down, term
    ) AS place
FROM offered
