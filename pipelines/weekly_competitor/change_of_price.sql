-- Moves of prices. `move` is a share of the old price, `guard` what keeps a move that is large enough from counting:
-- while a deal runs on one side only, the deal is the news, and its price comes back by itself.
WITH pair AS (
    SELECT
        c.week_start AS week_start, c.marketplace AS marketplace, c.asin AS asin, c.same_currency AS same_currency,
        c.price_basis_changed AS price_basis_changed, c.buy_box_price AS buy_box_price,
        c.buy_box_price_prev AS buy_box_price_prev, c.new_price AS new_price, c.new_price_prev AS new_price_prev,
        t.price_change_min AS price_change_min,
        (COALESCE(TRIM(c.deal_type), '') <> '' OR COALESCE(c.lightning_price, 0) > 0)
            <> (COALESCE(TRIM(c.deal_type_prev), '') <> '' OR COALESCE(c.lightning_price_prev, 0) > 0)
            AS deal_on_one_side
    FROM competitor_pair AS c
    LEFT JOIN weekly_rules AS t ON c.marketplace = t.marketplace
    WHERE c.comparable
),
price AS (
    -- The price that wins the sale where both weeks have it, else the lowest new offer; never one against the other,
    -- and never a new offer with shipping against one without.
    SELECT
        week_start, marketplace, asin, price_change_min, deal_on_one_side,
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
)
SELECT
    week_start, marketplace, asin, CASE WHEN delta < 0 THEN 'price_drop' ELSE 'price_rise' END AS event, figure,
    CAST(CAST(price_prev AS DECIMAL(18, 2)) AS VARCHAR) AS old_value,
    CAST(CAST(price AS DECIMAL(18, 2)) AS VARCHAR) AS new_value, delta, move,
    'price_change_min' AS rule, price_change_min AS threshold,
    ABS(move) >= price_change_min - 0.000001 AND NOT deal_on_one_side AS significant,
    CASE WHEN ABS(move) >= price_change_min - 0.000001 AND deal_on_one_side THEN 'deal' END AS guard
FROM price_move
UNION ALL
-- From 2026-02-16 on the source counts shipping in the price of new offers: a jump across that day is its own event.
SELECT
    week_start, marketplace, asin, 'price_basis_changed' AS event, 'new_price' AS figure,
    CAST(CAST(new_price_prev AS DECIMAL(18, 2)) AS VARCHAR) AS old_value,
    CAST(CAST(new_price AS DECIMAL(18, 2)) AS VARCHAR) AS new_value,
    CAST(new_price - new_price_prev AS DOUBLE) AS delta,
    CAST(new_price - new_price_prev AS DOUBLE) / NULLIF(CAST(new_price_prev AS DOUBLE), 0) AS move,
    CAST(NULL AS VARCHAR) AS rule, CAST(NULL AS DOUBLE) AS threshold, FALSE AS significant,
    'price_basis' AS guard
FROM pair
WHERE price_basis_changed AND same_currency AND new_price > 0 AND new_price_prev > 0 AND new_price <> new_price_prev
