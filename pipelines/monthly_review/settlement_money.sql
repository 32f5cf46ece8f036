-- The money of settlements by month of posting and SKU, by what it is for. Both versions of the report tell the same in
-- other words. Advertising is left to the ads reports; what only moves money between accounts is no part of a profit.
WITH line AS (
    SELECT
        account, marketplace, currency, sku, quantity, amount, LOWER(COALESCE(transaction_type, '')) AS kind,
        LOWER(COALESCE(amount_type, '')) AS class, LOWER(COALESCE(amount_description, '')) AS what,
        COALESCE(posted_on, CAST(posted_at AS DATE), event_date) AS date
    FROM settlement_line
    WHERE amount_type IS NOT NULL AND amount IS NOT NULL
    UNION ALL
    SELECT
        account, marketplace, currency, sku, quantity, price_amount AS amount,
        LOWER(COALESCE(transaction_type, '')) AS kind, 'itemprice' AS class, LOWER(COALESCE(price_type, '')) AS what,
        COALESCE(posted_on, CAST(posted_at AS DATE), event_date) AS date
    FROM settlement_line
    WHERE amount_type IS NULL AND price_amount IS NOT NULL
    UNION ALL
    SELECT
        account, marketplace, currency, sku, CAST(NULL AS BIGINT) AS quantity, item_related_fee_amount AS amount,
        LOWER(COALESCE(transaction_type, '')) AS kind, 'itemfees' AS class,
        LOWER(COALESCE(item_related_fee_type, '')) AS what,
        COALESCE(posted_on, CAST(posted_at AS DATE), event_date) AS date
    FROM settlement_line
    WHERE amount_type IS NULL AND item_related_fee_amount IS NOT NULL
    UNION ALL
    SELECT
        account, marketplace, currency, sku, CAST(NULL AS BIGINT) AS quantity, promotion_amount AS amount,
        LOWER(COALESCE(transaction_type, '')) AS kind, 'promotion' AS class,
        LOWER(COALESCE(promotion_type, '')) AS what,
        COALESCE(posted_on, CAST(posted_at AS DATE), event_date) AS date
    FROM settlement_line
    WHERE amount_type IS NULL AND promotion_amount IS NOT NULL
    UNION ALL
    SELECT
        account, marketplace, currency, sku, CAST(NULL AS BIGINT) AS quantity,
        COALESCE(shipment_fee_amount, 0) + COALESCE(order_fee_amount, 0) + COALESCE(misc_fee_amount, 0)
            + COALESCE(other_fee_amount, 0) + COALESCE(direct_payment_amount, 0) + COALESCE(other_amount, 0) AS amount,
        LOWER(COALESCE(transaction_type, '')) AS kind, 'other' AS class,
        LOWER(COALESCE(other_fee_reason_description, transaction_type, '')) AS what,
        COALESCE(posted_on, CAST(posted_at AS DATE), event_date) AS date
    FROM settlement_line
    WHERE amount_type IS NULL AND COALESCE(
        shipment_fee_amount, order_fee_amount, misc_fee_amount, other_fee_amount, direct_payment_amount, other_amount
    ) IS NOT NULL
),
sorted AS (
    SELECT
        account, marketplace, currency, sku, amount, date,
        CASE
            WHEN class = 'itemprice' AND what LIKE '%tax%' THEN 'tax'
            WHEN class LIKE '%withheldtax%' OR class IN ('itemtcs', 'itemtds') THEN 'tax'
            WHEN class = 'itemprice' AND (kind LIKE '%refund%' OR kind LIKE '%chargeback%') THEN 'refunds'
            WHEN class = 'itemprice' THEN 'sales'
            WHEN class = 'promotion' THEN 'promotions'
            WHEN class LIKE '%advertising%' OR what LIKE '%advertising%' THEN 'advertising'
            WHEN what LIKE '%storage%' THEN 'storage'
            WHEN what LIKE '%reserve%' OR what LIKE '%payable to amazon%' OR what LIKE '%successful charge%'
                OR what LIKE '%disbursement%' THEN 'transfer'
            WHEN class = 'itemfees' OR what LIKE '%fee%' THEN 'fees'
            ELSE 'other'
        END AS part,
        CASE
            WHEN class = 'itemprice' AND what = 'principal' AND kind = 'order' THEN quantity
        END AS units
    FROM line
),
placed AS (
    SELECT
        d.month AS month, d.month_end AS month_end, s.account AS account, s.marketplace AS marketplace,
        s.currency AS currency, s.sku AS sku, s.part AS part, s.amount AS amount, s.units AS units
    FROM sorted AS s
    INNER JOIN calendar AS d ON s.date = d.date
)
SELECT
    month, month_end, account, marketplace, currency, sku, part, SUM(amount) AS amount, SUM(units) AS units
FROM placed
GROUP BY month, month_end, account, marketplace, currency, sku, part
