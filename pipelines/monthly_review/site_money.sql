-- The money of a site by month, one figure a row, so that spend and sales stand in one chart. Figures are not to be added.
SELECT
    start_date AS month, account, marketplace, currency, 'ad_spend' AS figure, ads_complete AS complete, spend AS amount
FROM site_converted
WHERE kind = 'month' AND spend IS NOT NULL
UNION ALL
SELECT
    start_date AS month, account, marketplace, currency, 'ad_sales' AS figure, ads_complete AS complete,
    ad_sales AS amount
FROM site_converted
WHERE kind = 'month' AND ad_sales IS NOT NULL
UNION ALL
SELECT
    start_date AS month, account, marketplace, currency, 'sales_total' AS figure,
    days_covered_sales >= days_expected AS complete, sales_total AS amount
FROM site_converted
WHERE kind = 'month' AND sales_total IS NOT NULL
