-- Time-weighted medians of a week beside those of the week before, where a source gives the whole history. A week of
-- which less than a day is known has none.
WITH known AS (
    SELECT week_start, marketplace, source, asin, metric, median, minutes_known
    FROM history_median
    WHERE minutes_known >= 1440
),
week AS (
    SELECT
        week_start, CAST(week_start - INTERVAL '7 days' AS DATE) AS week_prev, marketplace, asin,
        MAX(CASE WHEN metric = 'bsr' THEN median END) AS bsr_median,
        MAX(CASE WHEN metric = 'buy_box_price' THEN median END) AS buy_box_price_median,
        MAX(CASE WHEN metric = 'new_price' THEN median END) AS new_price_median,
        MAX(minutes_known) AS minutes_known, MAX(source) AS history_source
    FROM known
    GROUP BY week_start, marketplace, asin
)
SELECT
    n.week_start AS week_start, n.marketplace AS marketplace, n.asin AS asin, n.history_source AS history_source,
    n.minutes_known AS minutes_known, n.bsr_median AS bsr_median, b.bsr_median AS bsr_median_prev,
    n.buy_box_price_median AS buy_box_price_median, b.buy_box_price_median AS buy_box_price_median_prev,
    n.new_price_median AS new_price_median,
    -- From 2026-02-16 on the price of new offers counts shipping.
    CASE
        WHEN NOT (n.week_prev < DATE '2026-02-16' AND n.week_start >= DATE '2026-02-10') THEN b.new_price_median
    END AS new_price_median_prev
FROM week AS n
LEFT JOIN week AS b ON n.week_prev = b.week_start AND n.marketplace = b.marketplace AND n.asin = b.asin
