-- Moves of numbers: rank, ratings, offers, sales. `move` is what stands against the threshold: a power of two of the
-- rank (positive is better) or of the units sold, ratings gained, stars, offers. `guard` says what keeps a move that is
-- large enough from counting.
WITH pair AS (
    SELECT
        c.week_start AS week_start, c.marketplace AS marketplace, c.asin AS asin, c.days_apart AS days_apart,
        c.same_category AS same_category, c.same_variations AS same_variations,
        c.bsr AS bsr, c.bsr_prev AS bsr_prev, c.bsr_avg_30d AS bsr_avg_30d, c.bsr_avg_30d_prev AS bsr_avg_30d_prev,
        c.review_count AS review_count, c.review_count_prev AS review_count_prev, c.rating AS rating,
        c.rating_prev AS rating_prev, c.offers_new AS offers_new, c.offers_new_prev AS offers_new_prev,
        c.offers_total AS offers_total, c.offers_total_prev AS offers_total_prev,
        t.bsr_change_min_log2 AS bsr_change_min_log2,
        t.review_spike_min AS review_spike_min, t.rating_change_min AS rating_change_min,
        t.offer_change_min AS offer_change_min, t.monthly_sold_change_min_log2 AS monthly_sold_change_min_log2,
        c.monthly_sold AS monthly_sold, c.monthly_sold_prev AS monthly_sold_prev,
        -- The time-weighted medians of this week and the last go before what two instants happened to show.
        h.bsr_median > 0 AND h.bsr_median_prev > 0 AS by_history, h.bsr_median AS bsr_median,
        h.bsr_median_prev AS bsr_median_prev
    FROM competitor_pair AS c
    LEFT JOIN weekly_rules AS t ON c.marketplace = t.marketplace
    LEFT JOIN history_pair AS h
        ON c.week_start = h.week_start AND c.marketplace = h.marketplace AND c.asin = h.asin
    WHERE c.comparable
),
rank AS (
    SELECT
        week_start, marketplace, asin, bsr_change_min_log2,
        CASE WHEN by_history THEN 'bsr_median' ELSE 'bsr' END AS figure,
        CASE WHEN by_history THEN bsr_median ELSE CAST(bsr AS DOUBLE) END AS bsr,
        CASE WHEN by_history THEN bsr_median_prev ELSE CAST(bsr_prev AS DOUBLE) END AS bsr_prev,
        CASE WHEN by_history THEN NULL ELSE CAST(bsr_avg_30d AS DOUBLE) END AS average,
        CASE WHEN by_history THEN NULL ELSE CAST(bsr_avg_30d_prev AS DOUBLE) END AS average_prev
    FROM (
        SELECT
            week_start, marketplace, asin, bsr_change_min_log2, COALESCE(by_history, FALSE) AS by_history, bsr_median,
            bsr_median_prev, bsr, bsr_prev, bsr_avg_30d, bsr_avg_30d_prev
        FROM pair
        WHERE same_category
    ) AS same_list
),
rank_move AS (
    SELECT
        *, LOG2(CAST(bsr_prev AS DOUBLE) / NULLIF(bsr, 0)) AS move,
        LOG2(CAST(average_prev AS DOUBLE) / NULLIF(average, 0)) AS average_move
    FROM rank
    WHERE bsr > 0 AND bsr_prev > 0 AND bsr <> bsr_prev
        AND COALESCE(average, 1) > 0 AND COALESCE(average_prev, 1) > 0
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
    -- What the ASIN usually gains in seven days, from its own earlier weeks; asked only where it may have spiked.
    SELECT n.week_start AS week_start, n.marketplace AS marketplace, n.asin AS asin, MEDIAN(b.per_week) AS usual
    FROM review_rate AS n
    INNER JOIN review_rate AS b
        ON n.marketplace = b.marketplace AND n.asin = b.asin AND b.week_start < n.week_start
    WHERE b.same_variations AND n.gained >= n.review_spike_min
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
        week_start, marketplace, asin, offer_change_min,
        CASE WHEN offers_new IS NOT NULL AND offers_new_prev IS NOT NULL THEN 'offers_new' ELSE 'offers_total' END
            AS figure,
        CASE WHEN offers_new IS NOT NULL AND offers_new_prev IS NOT NULL THEN offers_new ELSE offers_total END
            AS offers,
        CASE WHEN offers_new IS NOT NULL AND offers_new_prev IS NOT NULL THEN offers_new_prev ELSE offers_total_prev END
            AS offers_prev
    FROM pair
)
-- A rank of one instant is noise unless the average of 30 days, where it is known, moved the same way.
SELECT
    week_start, marketplace, asin, CASE WHEN bsr < bsr_prev THEN 'bsr_up' ELSE 'bsr_down' END AS event, figure,
    CAST(CAST(FLOOR(bsr_prev + 0.5) AS BIGINT) AS VARCHAR) AS old_value,
    CAST(CAST(FLOOR(bsr + 0.5) AS BIGINT) AS VARCHAR) AS new_value, bsr - bsr_prev AS delta, move,
    'bsr_change_min_log2' AS rule, bsr_change_min_log2 AS threshold,
    ABS(move) >= bsr_change_min_log2 - 0.000001 AND COALESCE(move * average_move > 0, TRUE) AS significant,
    CASE WHEN ABS(move) >= bsr_change_min_log2 - 0.000001 AND move * average_move <= 0 THEN 'average_disagrees' END
        AS guard
FROM rank_move
UNION ALL
SELECT
    week_start, marketplace, asin, 'review_spike' AS event, 'review_count' AS figure,
    CAST(review_count_prev AS VARCHAR) AS old_value, CAST(review_count AS VARCHAR) AS new_value,
    CAST(gained AS DOUBLE) AS delta, CAST(gained AS DOUBLE) AS move, 'review_spike_min' AS rule,
    threshold,
    gained >= threshold - 0.000001 AND same_variations AS significant,
    CASE
        WHEN NOT same_variations THEN 'variations_changed'
        WHEN gained < threshold - 0.000001 THEN 'usual'
    END AS guard
FROM review_move
WHERE gained > 0 AND gained >= review_spike_min
UNION ALL
-- Counts do fall: reviews are purged, variations split. A split is no loss of reviews.
SELECT
    week_start, marketplace, asin, 'review_drop' AS event, 'review_count' AS figure,
    CAST(review_count_prev AS VARCHAR) AS old_value, CAST(review_count AS VARCHAR) AS new_value,
    CAST(gained AS DOUBLE) AS delta, CAST(gained AS DOUBLE) AS move, CAST(NULL AS VARCHAR) AS rule,
    CAST(NULL AS DOUBLE) AS threshold, same_variations AS significant,
    CASE WHEN NOT same_variations THEN 'variations_changed' END AS guard
FROM review_move
WHERE gained < 0
UNION ALL
SELECT
    week_start, marketplace, asin, 'rating_change' AS event, 'rating' AS figure,
    CAST(rating_prev AS VARCHAR) AS old_value, CAST(rating AS VARCHAR) AS new_value,
    rating - rating_prev AS delta, rating - rating_prev AS move, 'rating_change_min' AS rule,
    rating_change_min AS threshold,
    ABS(rating - rating_prev) >= rating_change_min - 0.000001 AND same_variations AS significant,
    CASE
        WHEN ABS(rating - rating_prev) >= rating_change_min - 0.000001 AND NOT same_variations
            THEN 'variations_changed'
    END AS guard
FROM pair
WHERE rating > 0 AND rating_prev > 0 AND ABS(rating - rating_prev) > 0.000001
UNION ALL
SELECT
    week_start, marketplace, asin, CASE WHEN offers > offers_prev THEN 'offer_added' ELSE 'offer_gone' END AS event,
    figure, CAST(offers_prev AS VARCHAR) AS old_value, CAST(offers AS VARCHAR) AS new_value,
    CAST(offers - offers_prev AS DOUBLE) AS delta, CAST(offers - offers_prev AS DOUBLE) AS move,
    'offer_change_min' AS rule, offer_change_min AS threshold,
    ABS(CAST(offers - offers_prev AS DOUBLE)) >= offer_change_min AS significant,
    CAST(NULL AS VARCHAR) AS guard
FROM offer
WHERE offers >= 0 AND offers_prev >= 0 AND offers <> offers_prev
UNION ALL
-- The source gives steps (50+, 100+, 1K+, 2K+), of which neighbours are at most a doubling apart and flap: a move
-- counts only beyond its threshold, never at it.
SELECT
    week_start, marketplace, asin,
    CASE WHEN monthly_sold > monthly_sold_prev THEN 'monthly_sold_up' ELSE 'monthly_sold_down' END AS event,
    'monthly_sold' AS figure, CAST(monthly_sold_prev AS VARCHAR) AS old_value, CAST(monthly_sold AS VARCHAR) AS new_value,
    CAST(monthly_sold - monthly_sold_prev AS DOUBLE) AS delta,
    LOG2(CAST(monthly_sold AS DOUBLE) / NULLIF(CAST(monthly_sold_prev AS DOUBLE), 0)) AS move,
    'monthly_sold_change_min_log2' AS rule, monthly_sold_change_min_log2 AS threshold,
    ABS(LOG2(CAST(monthly_sold AS DOUBLE) / NULLIF(CAST(monthly_sold_prev AS DOUBLE), 0)))
        > monthly_sold_change_min_log2 + 0.000001 AS significant,
    CASE
        WHEN ABS(LOG2(CAST(monthly_sold AS DOUBLE) / NULLIF(CAST(monthly_sold_prev AS DOUBLE), 0)))
            <= monthly_sold_change_min_log2 + 0.000001
            THEN 'neighbouring_step'
    END AS guard
FROM pair
WHERE monthly_sold > 0 AND monthly_sold_prev > 0 AND monthly_sold <> monthly_sold_prev
