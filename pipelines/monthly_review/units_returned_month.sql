-- Units returned by product and month of return.
SELECT
    month, account, marketplace, product, mapped, MIN(owner) AS owner, MIN(sku) AS first_sku,
    COUNT(DISTINCT sku) AS n_skus, SUM(quantity) AS units_returned, SUM(sellable) AS units_returned_sellable
FROM return_line
GROUP BY month, account, marketplace, product, mapped
