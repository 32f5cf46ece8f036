-- Moves of numbers: price, rank, ratings, offers. `move` is what stands against the threshold: a fraction of the old
-- price, a power of two of the rank (positive is better), ratings gained, stars, offers.
WITH pair AS (
    SELECT
        c.week_start AS week_start, c.marketplace AS marketplace, c.asin AS asin, c.days_apart AS days_apart,
        c.same_currency AS same_currency, c.same_category AS same_category, c.same_variations AS same_variations,
        c.price_basis_changed AS price_basis_changed, c.buy_box_price AS buy_box_price,
        c.buy_box_price_prev AS buy_box_price_prev, c.new_price AS new_price, c.new_price_prev AS new_price_prev,
        c.bsr AS bsr, c.bsr_prev AS bsr_prev, c.bsr_avg_30d AS bsr_avg_30d, c.bsr_avg_30d_prev AS bsr_avg_30d_prev,
        c.review_count AS review_count, c.review_count_prev AS review_count_prev, c.rating AS rating,
        c.rating_prev AS rating_prev, c.offers_new AS offers_new, c.offers_new_prev AS offers_new_prev,
        c.offers_total AS offers_total, c.offers_total_prev AS offers_total_prev,
        t.price_change_min AS price_change_min, t.bsr_change_min_log2 AS bsr_change_min_log2,
        t.review_spike_min AS review_spike_min, t.rating_change_min AS rating_change_min
    FROM competitor_pair AS c
    LEFT JOIN weekly_rules AS t ON c.marketplace = t.marketplace
    WHERE c.comparable
),
price AS (
    -- The price that wins the sale where both weeks have it, else the lowest new offer; never one against the other,
    -- and never a new offer with shipping against one without.
    SELECT
        week_start, marketplace, asin, price_change_min,
        CASE WHEN buy_box_price > 0 AND buy_box_price_prev > 0 THEN 'buy_box_price' ELSE 'new_price' END AS figure,
        CASE WHEN buy_box_price > 0 AND buy_box_price_prev > 0 THEN buy_box_price ELSE new_price END AS price,
        CASE WHEN buy_box_price > 0 AND buy_box_price_prev > 0 THEN buy_box_price_prev ELSE new_price_prev END
            AS price_prev
    FROM pair
    WHERE same_currency
        AND (buy_box_price > 0 AND buy_box_price_prev > 0
            OR new_price > 0 AND new_price_prev > 0 AND NOT price_basis_changed)
),
price_move AS (
    SELECT
        *, CAST(price - price_prev AS DOUBLE) AS delta,
        CAST(price - price_prev AS DOUBLE) / NULLIF(CAST(price_prev AS DOUBLE), 0) AS move
    FROM price
    WHERE price <> price_prev
),
rank_move AS (
    SELECT
        week_start, marketplace, asin, bsr, bsr_prev, bsr_change_min_log2,
        LOG2(CAST(bsr_prev AS DOUBLE) / NULLIF(CAST(bsr AS DOUBLE), 0)) AS move,
        LOG2(CAST(bsr_avg_30d_prev AS DOUBLE) / NULLIF(CAST(bsr_avg_30d AS DOUBLE), 0)) AS average_move
    FROM pair
    WHERE same_category AND bsr > 0 AND bsr_prev > 0 AND bsr <> bsr_prev
        AND COALESCE(bsr_avg_30d, 1) > 0 AND COALESCE(bsr_avg_30d_prev, 1) > 0
),
review_rate AS (
    SELECT
        week_start, marketplace, asin, days_apart, review_count, review_count_prev, same_variations, review_spike_min,
        review_count - review_count_prev AS gained,
        CAST((review_count - review_count_prev) * 7 AS DOUBLE) / NULLIF(CAST(days_apart AS DOUBLE), 0) AS per_week
    FROM pair
    WHERE review_count IS NOT NULL AND review_count_prev IS NOT NULL
),
review_habit AS (
    -- What the ASIN usually gains in seven days, from its own earlier weeks.
    SELECT n.week_start AS week_start, n.marketplace AS marketplace, n.asin AS asin, MEDIAN(b.per_week) AS usual
    FROM review_rate AS n
    INNER JOIN review_rate AS b
        ON n.marketplace = b.marketplace AND n.asin = b.asin AND b.week_start < n.week_start
    WHERE b.same_variations
    GROUP BY n.week_start, n.marketplace, n.asin
),
review_move AS (
    -- A spike is both large in itself and twice what the habit would bring in that time.
    SELECT
        r.week_start AS week_start, r.marketplace AS marketplace, r.asin AS asin, r.review_count AS review_count,
        r.review_count_prev AS review_count_prev, r.same_variations AS same_variations, r.gained AS gained,
        r.review_spike_min AS review_spike_min,
        CASE
            WHEN 2 * h.usual * r.days_apart > 7 * r.review_spike_min
                THEN 2 * h.usual * CAST(r.days_apart AS DOUBLE) / 7
            ELSE r.review_spike_min
        END AS threshold
    FROM review_rate AS r
    LEFT JOIN review_habit AS h
        ON r.week_start = h.week_start AND r.marketplace = h.marketplace AND r.asin = h.asin
),
offer AS (
    SELECT
        week_start, marketplace, asin,
        CASE WHEN offers_new IS NOT NULL AND offers_new_prev IS NOT NULL THEN 'offers_new' ELSE 'offers_total' END
            AS figure,
        CASE WHEN offers_new IS NOT NULL AND offers_new_prev IS NOT NULL THEN offers_new ELSE offers_total END
            AS offers,
        CASE WHEN offers_new IS NOT NULL AND offers_new_prev IS NOT NULL THEN offers_new_prev ELSE offers_total_prev END
            AS offers_prev
    FROM pair
)
SELECT
    week_start, marketplace, asin, CASE WHEN delta < 0 THEN 'price_drop' ELSE 'price_rise' END AS event, figure,
    CAST(CAST(price_prev AS DECIMAL(18, 2)) AS VARCHAR) AS old_value,
    CAST(CAST(price AS DECIMAL(18, 2)) AS VARCHAR) AS new_value, delta, move, price_change_min AS threshold,
    ABS(move) >= price_change_min - 0.000001 AS significant
FROM price_move
UNION ALL
-- From 2026-02-16 on the source counts shipping in the price of new offers: a jump across that day is its own event.
SELECT
    week_start, marketplace, asin, 'price_basis_changed' AS event, 'new_price' AS figure,
    CAST(CAST(new_price_prev AS DECIMAL(18, 2)) AS VARCHAR) AS old_value,
    CAST(CAST(new_price AS DECIMAL(18, 2)) AS VARCHAR) AS new_value,
    CAST(new_price - new_price_prev AS DOUBLE) AS delta,
    CAST(new_price - new_price_prev AS DOUBLE) / NULLIF(CAST(new_price_prev AS DOUBLE), 0) AS move,
    CAST(NULL AS DOUBLE) AS threshold, FALSE AS significant
FROM pair
WHERE price_basis_changed AND same_currency AND new_price > 0 AND new_price_prev > 0 AND new_price <> new_price_prev
UNION ALL
-- A rank of one instant is noise unless the average of 30 days, where it is known, moved the same way.
SELECT
    week_start, marketplace, asin, CASE WHEN bsr < bsr_prev THEN 'bsr_up' ELSE 'bsr_down' END AS event,
    'bsr' AS figure, CAST(bsr_prev AS VARCHAR) AS old_value, CAST(bsr AS VARCHAR) AS new_value,
    CAST(bsr - bsr_prev AS DOUBLE) AS delta, move, bsr_change_min_log2 AS threshold,
    ABS(move) >= bsr_change_min_log2 - 0.000001 AND COALESCE(move * average_move > 0, TRUE) AS significant
FROM rank_move
UNION ALL
SELECT
    week_start, marketplace, asin, 'review_spike' AS event, 'review_count' AS figure,
    CAST(review_count_prev AS VARCHAR) AS old_value, CAST(review_count AS VARCHAR) AS new_value,
    CAST(gained AS DOUBLE) AS delta, CAST(gained AS DOUBLE) AS move, threshold,
    gained >= threshold - 0.000001 AND same_variations AS significant
FROM review_move
WHERE gained > 0 AND gained >= review_spike_min
UNION ALL
-- Counts do fall: reviews are purged, variations split. A split is no loss of reviews.
SELECT
    week_start, marketplace, asin, 'review_drop' AS event, 'review_count' AS figure,
    CAST(review_count_prev AS VARCHAR) AS old_value, CAST(review_count AS VARCHAR) AS new_value,
    CAST(gained AS DOUBLE) AS delta, CAST(gained AS DOUBLE) AS move, CAST(NULL AS DOUBLE) AS threshold,
    same_variations AS significant
FROM review_move
WHERE gained < 0
UNION ALL
SELECT
    week_start, marketplace, asin, 'rating_change' AS event, 'rating' AS figure,
    CAST(rating_prev AS VARCHAR) AS old_value, CAST(rating AS VARCHAR) AS new_value,
    rating - rating_prev AS delta, rating - rating_prev AS move, rating_change_min AS threshold,
    ABS(rating - rating_prev) >= rating_change_min - 0.000001 AND same_variations AS significant
FROM pair
WHERE rating > 0 AND rating_prev > 0 AND ABS(rating - rating_prev) > 0.000001
UNION ALL
SELECT
    week_start, marketplace, asin, CASE WHEN offers > offers_prev THEN 'offer_added' ELSE 'offer_gone' END AS event,
    figure, CAST(offers_prev AS VARCHAR) AS old_value, CAST(offers AS VARCHAR) AS new_value,
    CAST(offers - offers_prev AS DOUBLE) AS delta, CAST(offers - offers_prev AS DOUBLE) AS move,
    CAST(1 AS DOUBLE) AS threshold, TRUE AS significant
FROM offer
WHERE offers >= 0 AND offers_prev >= 0 AND offers <> offers_prev
