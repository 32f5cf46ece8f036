-- What a product earned in a month. It is told in the base currency, for goods are bought in another currency than they
-- are sold in; and only where nothing that it is made of is missing.
WITH site AS (
    SELECT
        month, account, marketplace, MAX(CASE WHEN part = 'tax' THEN 1 ELSE 0 END) = 1 AS tax_apart,
        MAX(CASE WHEN part = 'storage' THEN 1 ELSE 0 END) = 1 AS storage_told
    FROM profit_part
    GROUP BY month, account, marketplace
),
summed AS (
    SELECT
        c.month AS month, c.account AS account, c.marketplace AS marketplace, c.product AS product,
        MAX(k.currency) AS currency, MAX(c.base_currency) AS base_currency, SUM(c.units_ordered) AS units_ordered,
        SUM(c.units_posted) AS units_posted, SUM(c.units_costed) AS units_costed,
        SUM(CASE WHEN c.currency = k.currency THEN c.sales_ordered END) AS sales_ordered,
        SUM(CASE WHEN c.currency = k.currency THEN c.sales_posted END) AS sales_posted,
        SUM(CASE WHEN c.currency = k.currency THEN c.refunds_posted END) AS refunds_posted,
        SUM(CASE WHEN c.currency = k.currency THEN c.promotions_posted END) AS promotions_posted,
        SUM(CASE WHEN c.currency = k.currency THEN c.fees_posted END) AS fees_posted,
        SUM(CASE WHEN c.currency = k.currency THEN c.other_posted END) AS other_posted,
        SUM(CASE WHEN c.currency = k.currency THEN c.tax_posted END) AS tax_posted,
        SUM(CASE WHEN c.currency = k.currency THEN c.storage_cost END) AS storage_cost,
        SUM(CASE WHEN c.currency = k.currency THEN c.ad_cost END) AS ad_cost,
        SUM(c.sales_posted_base) AS sales_posted_base, SUM(c.refunds_posted_base) AS refunds_posted_base,
        SUM(c.promotions_posted_base) AS promotions_posted_base, SUM(c.fees_posted_base) AS fees_posted_base,
        SUM(c.other_posted_base) AS other_posted_base, SUM(c.storage_cost_base) AS storage_cost_base,
        SUM(c.ad_cost_base) AS ad_cost_base, SUM(c.goods_cost_base) AS goods_cost_base,
        SUM(CASE WHEN c.rate IS NULL THEN 1 ELSE 0 END) AS n_no_rate
    FROM profit_converted AS c
    INNER JOIN market AS k ON c.marketplace = k.marketplace
    GROUP BY c.month, c.account, c.marketplace, c.product
),
owned AS (
    SELECT
        p.start_date AS month, s.account AS account, s.marketplace AS marketplace, s.product AS product,
        MIN(s.owner) AS owner
    FROM product_span AS s
    INNER JOIN periods AS p ON p.end_date >= s.valid_from AND p.end_date < s.valid_until
    WHERE p.kind = 'month'
    GROUP BY p.start_date, s.account, s.marketplace, s.product
),
ads AS (
    SELECT
        start_date AS month, account, marketplace, MIN(CASE WHEN complete THEN 1 ELSE 0 END) = 1 AS complete,
        MIN(CASE WHEN mature THEN 1 ELSE 0 END) = 1 AS mature
    FROM acos_account_period
    WHERE kind = 'month'
    GROUP BY start_date, account, marketplace
),
told AS (
    SELECT
        s.*, o.product IS NOT NULL AS mapped, o.owner AS owner, p.n_days AS days_expected,
        COALESCE(g.days_covered, 0) AS days_covered, g.covered_to AS settlement_covered_to,
        COALESCE(a.mature, FALSE) AS mature,
        CASE
            WHEN s.sales_posted_base IS NULL AND s.refunds_posted_base IS NULL THEN NULL
            WHEN t.tax_apart THEN CAST(COALESCE(s.sales_posted_base, 0) + COALESCE(s.refunds_posted_base, 0) AS DOUBLE)
            ELSE CAST(COALESCE(s.sales_posted_base, 0) + COALESCE(s.refunds_posted_base, 0) AS DOUBLE)
                / NULLIF(1 + CAST(x.rate AS DOUBLE), 0)
        END AS sales_net_base,
        TRIM(CONCAT(
            CASE WHEN COALESCE(g.days_covered, 0) < p.n_days THEN 'settlements ' ELSE '' END,
            CASE WHEN COALESCE(a.complete, FALSE) THEN '' ELSE 'ads ' END,
            CASE WHEN COALESCE(s.units_posted, 0) > COALESCE(s.units_costed, 0) THEN 'costs ' ELSE '' END,
            CASE WHEN t.storage_told THEN '' ELSE 'storage ' END,
            CASE WHEN t.tax_apart OR x.rate IS NOT NULL THEN '' ELSE 'tax ' END,
            CASE WHEN s.n_no_rate > 0 THEN 'rate' ELSE '' END
        )) AS missing
    FROM summed AS s
    INNER JOIN periods AS p ON s.month = p.start_date
    INNER JOIN site AS t ON s.month = t.month AND s.account = t.account AND s.marketplace = t.marketplace
    LEFT JOIN owned AS o
        ON s.month = o.month AND s.account = o.account AND s.marketplace = o.marketplace AND s.product = o.product
    LEFT JOIN settlement_span AS g ON s.month = g.month AND s.account = g.account AND s.marketplace = g.marketplace
    LEFT JOIN ads AS a ON s.month = a.month AND s.account = a.account AND s.marketplace = a.marketplace
    LEFT JOIN tax_month AS x ON s.month = x.month AND s.marketplace = x.marketplace
    WHERE p.kind = 'month'
),
earned AS (
    SELECT
        *,
        CASE
            WHEN missing = '' THEN COALESCE(sales_net_base, 0.0) + CAST(
                COALESCE(promotions_posted_base, 0) + COALESCE(fees_posted_base, 0) + COALESCE(other_posted_base, 0)
                    + COALESCE(storage_cost_base, 0) + COALESCE(ad_cost_base, 0) + COALESCE(goods_cost_base, 0)
                AS DOUBLE
            )
        END AS profit_base,
        CAST(
            COALESCE(promotions_posted_base, 0) + COALESCE(fees_posted_base, 0) + COALESCE(goods_cost_base, 0) AS DOUBLE
        ) AS cost_of_sale_base
    FROM told
)
SELECT
    month, account, marketplace, product, mapped, owner, currency, base_currency, days_expected, days_covered,
    settlement_covered_to, days_covered > 0 AS settled, missing = '' AS complete, mature,
    NULLIF(missing, '') AS missing, units_ordered, units_posted, units_costed, sales_ordered, sales_posted, refunds_posted, promotions_posted, fees_posted, other_posted, tax_posted, storage_cost,
    ad_cost, sales_posted_base, refunds_posted_base, promotions_posted_base, fees_posted_base, other_posted_base,
    storage_cost_base, ad_cost_base, goods_cost_base, sales_net_base, profit_base,
    CAST(profit_base AS DOUBLE) / NULLIF(CAST(sales_net_base AS DOUBLE), 0) AS margin,
    CASE
        WHEN missing = ''
            THEN CAST(sales_net_base + cost_of_sale_base AS DOUBLE) / NULLIF(CAST(sales_net_base AS DOUBLE), 0)
    END AS break_even_acos
FROM earned
