-- The parts side by side, a row for each currency in which a product has any.
SELECT
    month, month AS rate_month, account, marketplace, currency, product,
    SUM(CASE WHEN part = 'ordered' THEN units END) AS units_ordered,
    SUM(CASE WHEN part = 'sales' THEN units END) AS units_posted,
    SUM(CASE WHEN part = 'goods' THEN units END) AS units_costed,
    SUM(CASE WHEN part = 'ordered' THEN amount END) AS sales_ordered,
    SUM(CASE WHEN part = 'sales' THEN amount END) AS sales_posted,
    SUM(CASE WHEN part = 'refunds' THEN amount END) AS refunds_posted,
    SUM(CASE WHEN part = 'promotions' THEN amount END) AS promotions_posted,
    SUM(CASE WHEN part = 'fees' THEN amount END) AS fees_posted,
    SUM(CASE WHEN part = 'other' THEN amount END) AS other_posted,
    SUM(CASE WHEN part = 'tax' THEN amount END) AS tax_posted,
    SUM(CASE WHEN part = 'storage' THEN amount END) AS storage_cost,
    SUM(CASE WHEN part = 'ads' THEN amount END) AS ad_cost, SUM(CASE WHEN part = 'goods' THEN amount END) AS goods_cost
FROM profit_part
GROUP BY month, account, marketplace, currency, product
