-- Changes of what is there or who holds it. Empty then filled is news only where empty is a state of its own (a
-- coupon, a deal, a price); for a title, an image, a category or a seller it is a column that was not known before.
-- A price that is gone while offers stay is hidden (minimum advertised price, no featured offer), not out of stock.
WITH pair AS (
    SELECT
        *,
        -- Amazon itself has no seller id in the exports. Sellers rename themselves, so the id decides, never the name.
        COALESCE(
            UPPER(TRIM(buy_box_seller_id)), CASE WHEN LOWER(TRIM(buy_box_seller)) = 'amazon' THEN 'AMAZON' END
        ) AS holder,
        COALESCE(
            UPPER(TRIM(buy_box_seller_id_prev)),
            CASE WHEN LOWER(TRIM(buy_box_seller_prev)) = 'amazon' THEN 'AMAZON' END
        ) AS holder_prev,
        COALESCE(buy_box_price, 0) > 0 OR COALESCE(new_price, 0) > 0 OR price_hidden AS on_sale,
        COALESCE(buy_box_price_prev, 0) > 0 OR COALESCE(new_price_prev, 0) > 0 OR price_hidden_prev AS on_sale_prev,
        CASE
            WHEN COALESCE(coupon_absolute, 0) > 0 THEN CAST(CAST(coupon_absolute AS DECIMAL(18, 2)) AS VARCHAR)
            WHEN COALESCE(coupon_percent, 0) > 0
                THEN CAST(CAST(FLOOR(coupon_percent * 100 + 0.5) AS BIGINT) AS VARCHAR) || ' %'
        END AS coupon,
        CASE
            WHEN COALESCE(coupon_absolute_prev, 0) > 0
                THEN CAST(CAST(coupon_absolute_prev AS DECIMAL(18, 2)) AS VARCHAR)
            WHEN COALESCE(coupon_percent_prev, 0) > 0
                THEN CAST(CAST(FLOOR(coupon_percent_prev * 100 + 0.5) AS BIGINT) AS VARCHAR) || ' %'
        END AS coupon_prev,
        COALESCE(
            NULLIF(TRIM(deal_type), ''), CASE WHEN lightning_price > 0 THEN 'LIGHTNING_DEAL' END
        ) AS deal,
        COALESCE(
            NULLIF(TRIM(deal_type_prev), ''), CASE WHEN lightning_price_prev > 0 THEN 'LIGHTNING_DEAL' END
        ) AS deal_prev
    FROM competitor_pair
    WHERE comparable
),
-- The box that goes round among several sellers has no owner to lose: its top seller's share of 30 days tells.
held AS (
    SELECT
        p.week_start AS week_start, p.marketplace AS marketplace, p.asin AS asin, p.holder AS holder,
        p.holder_prev AS holder_prev, p.buy_box_seller AS buy_box_seller,
        p.buy_box_seller_prev AS buy_box_seller_prev, p.buy_box_top_seller_share_30d AS top_share,
        t.buy_box_share_min AS buy_box_share_min
    FROM pair AS p
    LEFT JOIN weekly_rules AS t ON p.marketplace = t.marketplace
    WHERE p.holder <> p.holder_prev
),
event AS (
    SELECT
        week_start, marketplace, asin, 'out_of_stock' AS event, 'price' AS figure,
        CAST(CAST(COALESCE(buy_box_price_prev, new_price_prev) AS DECIMAL(18, 2)) AS VARCHAR) AS old_value,
        CAST(NULL AS VARCHAR) AS new_value
    FROM pair
    WHERE on_sale_prev AND NOT on_sale AND prices_reported
    UNION ALL
    SELECT
        week_start, marketplace, asin, 'back_in_stock' AS event, 'price' AS figure, CAST(NULL AS VARCHAR) AS old_value,
        CAST(CAST(COALESCE(buy_box_price, new_price) AS DECIMAL(18, 2)) AS VARCHAR) AS new_value
    FROM pair
    WHERE on_sale AND NOT on_sale_prev AND prices_reported_prev
    UNION ALL
    SELECT
        week_start, marketplace, asin, 'category_changed' AS event, 'bsr_category' AS figure,
        bsr_category_prev AS old_value, bsr_category AS new_value
    FROM pair
    WHERE LOWER(TRIM(bsr_category)) <> LOWER(TRIM(bsr_category_prev))
        AND TRIM(bsr_category) <> '' AND TRIM(bsr_category_prev) <> ''
    UNION ALL
    SELECT
        week_start, marketplace, asin, 'title_changed' AS event, 'title' AS figure, title_prev AS old_value,
        title AS new_value
    FROM pair
    WHERE REPLACE(LOWER(TRIM(title)), ' ', '') <> REPLACE(LOWER(TRIM(title_prev)), ' ', '')
        AND TRIM(title) <> '' AND TRIM(title_prev) <> ''
    UNION ALL
    SELECT
        week_start, marketplace, asin, 'main_image_changed' AS event, 'main_image' AS figure,
        main_image_prev AS old_value, main_image AS new_value
    FROM pair
    WHERE TRIM(main_image) <> TRIM(main_image_prev) AND TRIM(main_image) <> '' AND TRIM(main_image_prev) <> ''
    UNION ALL
    SELECT
        week_start, marketplace, asin, 'coupon_started' AS event, 'coupon' AS figure,
        CAST(NULL AS VARCHAR) AS old_value,
        coupon AS new_value
    FROM pair
    WHERE coupon IS NOT NULL AND coupon_prev IS NULL
    UNION ALL
    SELECT
        week_start, marketplace, asin, 'coupon_ended' AS event, 'coupon' AS figure, coupon_prev AS old_value,
        CAST(NULL AS VARCHAR) AS new_value
    FROM pair
    WHERE coupon IS NULL AND coupon_prev IS NOT NULL
    UNION ALL
    SELECT
        week_start, marketplace, asin, 'deal_started' AS event, 'deal_type' AS figure,
        CAST(NULL AS VARCHAR) AS old_value,
        deal AS new_value
    FROM pair
    WHERE deal IS NOT NULL AND deal_prev IS NULL
    UNION ALL
    SELECT
        week_start, marketplace, asin, 'deal_ended' AS event, 'deal_type' AS figure, deal_prev AS old_value,
        CAST(NULL AS VARCHAR) AS new_value
    FROM pair
    WHERE deal IS NULL AND deal_prev IS NOT NULL
)
SELECT
    week_start, marketplace, asin, event, figure, old_value, new_value, CAST(NULL AS DOUBLE) AS delta,
    CAST(NULL AS DOUBLE) AS move, CAST(NULL AS VARCHAR) AS rule, CAST(NULL AS DOUBLE) AS threshold,
    TRUE AS significant, CAST(NULL AS VARCHAR) AS guard
FROM event
UNION ALL
-- Who ships the offer in the box. With another seller in it, the other seller is the news.
SELECT
    week_start, marketplace, asin, 'fulfilment_changed' AS event, 'buy_box_is_fba' AS figure,
    CASE WHEN buy_box_is_fba_prev THEN 'FBA' ELSE 'FBM' END AS old_value,
    CASE WHEN buy_box_is_fba THEN 'FBA' ELSE 'FBM' END AS new_value, CAST(NULL AS DOUBLE) AS delta,
    CAST(NULL AS DOUBLE) AS move, CAST(NULL AS VARCHAR) AS rule, CAST(NULL AS DOUBLE) AS threshold,
    COALESCE(holder = holder_prev, TRUE) AS significant,
    CASE WHEN holder <> holder_prev THEN 'another_seller' END AS guard
FROM pair
WHERE buy_box_is_fba <> buy_box_is_fba_prev
UNION ALL
SELECT
    week_start, marketplace, asin, 'buy_box_changed' AS event, 'buy_box_seller_id' AS figure,
    -- Some exports write the id behind the name already.
    CASE
        WHEN STRPOS(UPPER(buy_box_seller_prev), holder_prev) > 0 THEN buy_box_seller_prev
        ELSE CONCAT_WS(' / ', holder_prev, buy_box_seller_prev)
    END AS old_value,
    CASE
        WHEN STRPOS(UPPER(buy_box_seller), holder) > 0 THEN buy_box_seller
        ELSE CONCAT_WS(' / ', holder, buy_box_seller)
    END AS new_value, CAST(NULL AS DOUBLE) AS delta, top_share AS move,
    CASE WHEN top_share IS NOT NULL THEN 'buy_box_share_min' END AS rule,
    CASE WHEN top_share IS NOT NULL THEN buy_box_share_min END AS threshold,
    COALESCE(top_share >= buy_box_share_min - 0.000001, TRUE) AS significant,
    CASE WHEN top_share < buy_box_share_min - 0.000001 THEN 'box_goes_round' END AS guard
FROM held
