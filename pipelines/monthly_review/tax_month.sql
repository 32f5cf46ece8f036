-- The rate of the tax that sales of a marketplace include, as it stands when a month begins.
WITH dated AS (
    SELECT
        p.start_date AS month, x.marketplace AS marketplace, x.rate AS rate,
        ROW_NUMBER() OVER (
            PARTITION BY p.start_date, x.marketplace
            ORDER BY COALESCE(x.valid_from, DATE '1900-01-01') DESC NULLS LAST
        ) AS nth
    FROM taxes AS x
    CROSS JOIN periods AS p
    WHERE p.kind = 'month' AND COALESCE(x.valid_from, DATE '1900-01-01') <= p.start_date
)
SELECT month, marketplace, rate FROM dated WHERE nth = 1
