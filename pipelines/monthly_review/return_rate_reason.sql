-- Why products came back, in the month of the return.
WITH by_reason AS (
    SELECT
        month, account, marketplace, product, mapped, reason, MIN(owner) AS owner, MIN(family) AS family,
        SUM(quantity) AS units_returned, SUM(sellable) AS units_returned_sellable, MIN(observed_at) AS observed_at
    FROM return_line
    GROUP BY month, account, marketplace, product, mapped, reason
)
SELECT
    month, account, marketplace, product, mapped, reason, owner, family, units_returned, units_returned_sellable,
    SUM(units_returned) OVER (PARTITION BY month, account, marketplace, product, mapped) AS units_returned_product,
    CAST(units_returned AS DOUBLE) / NULLIF(
        CAST(SUM(units_returned) OVER (PARTITION BY month, account, marketplace, product, mapped) AS DOUBLE), 0
    ) AS reason_share,
    CAST(units_returned_sellable AS DOUBLE) / NULLIF(CAST(units_returned AS DOUBLE), 0) AS sellable_share, observed_at
FROM by_reason
