-- Which ASIN matters to which own product in which week. Own ASINs stand in slot 0, so that one filter on the product
-- shows them beside their competitors. Of several mappings the newest that has begun by the end of the week is valid.
WITH week_seen AS (
    SELECT DISTINCT marketplace, week_start, CAST(week_start + INTERVAL '6 days' AS DATE) AS week_end
    FROM observation_pairs
),
own_mapping AS (
    SELECT account, marketplace, sku, asin, product, owner, COALESCE(valid_from, DATE '1900-01-01') AS valid_from
    FROM products
    WHERE asin IS NOT NULL AND product IS NOT NULL
),
own_valid AS (
    SELECT
        w.week_start AS week_start, o.account AS account, o.marketplace AS marketplace, o.asin AS asin,
        o.product AS product, o.owner AS owner,
        ROW_NUMBER() OVER (
            PARTITION BY w.week_start, o.account, o.marketplace, o.asin
            ORDER BY o.valid_from DESC NULLS LAST, o.sku DESC NULLS LAST
        ) AS nth
    FROM week_seen AS w
    INNER JOIN own_mapping AS o ON w.marketplace = o.marketplace AND o.valid_from <= w.week_end
),
own AS (
    SELECT week_start, account, marketplace, asin, product, owner FROM own_valid WHERE nth = 1
),
own_product AS (
    SELECT week_start, account, marketplace, product, MIN(owner) AS owner
    FROM own
    GROUP BY week_start, account, marketplace, product
),
rival_mapping AS (
    SELECT marketplace, product, competitor_asin, slot, role, COALESCE(valid_from, DATE '1900-01-01') AS valid_from
    FROM competitors
    WHERE competitor_asin IS NOT NULL AND product IS NOT NULL
),
rival_valid AS (
    SELECT
        w.week_start AS week_start, c.marketplace AS marketplace, c.product AS product,
        c.competitor_asin AS asin, c.slot AS slot, c.role AS role,
        ROW_NUMBER() OVER (
            PARTITION BY w.week_start, c.marketplace, c.product, c.competitor_asin
            ORDER BY c.valid_from DESC NULLS LAST, COALESCE(c.slot, 99) DESC NULLS LAST
        ) AS nth
    FROM week_seen AS w
    INNER JOIN rival_mapping AS c ON w.marketplace = c.marketplace AND c.valid_from <= w.week_end
),
mapped AS (
    SELECT
        week_start, account, marketplace, product, asin, CAST(0 AS BIGINT) AS slot, 'own' AS role, TRUE AS is_own, owner
    FROM own
    UNION ALL
    SELECT
        r.week_start AS week_start, p.account AS account, r.marketplace AS marketplace, r.product AS product,
        r.asin AS asin, r.slot AS slot, COALESCE(r.role, 'competitor') AS role, FALSE AS is_own, p.owner AS owner
    FROM rival_valid AS r
    LEFT JOIN own_product AS p
        ON r.week_start = p.week_start AND r.marketplace = p.marketplace AND r.product = p.product
    WHERE r.nth = 1
),
ranked AS (
    -- An own ASIN that was also listed as a competitor of its own product stays own.
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY week_start, account, marketplace, product, asin ORDER BY COALESCE(slot, 99), role
        ) AS nth
    FROM mapped
)
SELECT week_start, account, marketplace, product, asin, slot, role, is_own, owner
FROM ranked
WHERE nth = 1
