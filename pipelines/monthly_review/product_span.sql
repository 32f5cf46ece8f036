-- Which product a SKU and an ASIN stand for, and when: from the day on which a mapping begins to the day before the
-- next one of the same key. One row per kind of key, key and span; ends are days of the calendar's count.
WITH mapping AS (
    SELECT
        account, marketplace, 'sku' AS key_kind, sku AS key, sku, product, owner, target_acos, target_bsr,
        bsr_category, COALESCE(focus, FALSE) AS focus, COALESCE(valid_from, DATE '1900-01-01') AS valid_from
    FROM products
    WHERE sku IS NOT NULL AND product IS NOT NULL
    UNION ALL
    SELECT
        account, marketplace, 'asin' AS key_kind, asin AS key, sku, product, owner, target_acos, target_bsr,
        bsr_category, COALESCE(focus, FALSE) AS focus, COALESCE(valid_from, DATE '1900-01-01') AS valid_from
    FROM products
    WHERE asin IS NOT NULL AND product IS NOT NULL
),
-- Two SKUs of one ASIN that begin on one day: the last by name, so that a key has one product at a time.
single AS (
    SELECT
        account, marketplace, key_kind, key, product, owner, target_acos, target_bsr, bsr_category, focus, valid_from,
        ROW_NUMBER() OVER (
            PARTITION BY account, marketplace, key_kind, key, valid_from ORDER BY sku DESC NULLS LAST
        ) AS nth
    FROM mapping
)
SELECT
    account, marketplace, key_kind, key, product, owner, target_acos, target_bsr, bsr_category, focus, valid_from,
    COALESCE(
        LEAD(valid_from) OVER (PARTITION BY account, marketplace, key_kind, key ORDER BY valid_from),
        DATE '9999-01-01'
    ) AS valid_until
FROM single
WHERE nth = 1
