-- Every ASIN that a source showed in the week, this observation beside the one before. A difference is given only
-- where both sides may be compared; a stale row and a first observation have none.
WITH placed AS (
    SELECT
        *,
        -- One ASIN of a variation family carries its ratings, so that a sum over the sheet counts them once.
        ROW_NUMBER() OVER (
            PARTITION BY week_start, marketplace, COALESCE(parent_asin, asin) ORDER BY asin
        ) = 1 AS counts_for_family
    FROM competitor_pair
),
-- A week's figure is its time-weighted median where a history is known, else what the one observation says.
weighed AS (
    SELECT
        p.week_start AS week_start, p.marketplace AS marketplace, p.asin AS asin, h.history_source AS history_source,
        h.minutes_known AS minutes_known,
        CASE WHEN h.minutes_known IS NOT NULL THEN h.bsr_median ELSE CAST(p.bsr AS DOUBLE) END AS bsr_week,
        CASE
            WHEN NOT (p.same_category OR p.first_observation) THEN NULL
            WHEN h.minutes_known IS NOT NULL THEN h.bsr_median_prev
            WHEN p.comparable THEN CAST(p.bsr_prev AS DOUBLE)
        END AS bsr_week_prev,
        CASE
            WHEN h.minutes_known IS NOT NULL THEN h.buy_box_price_median
            ELSE CAST(p.buy_box_price AS DOUBLE)
        END AS buy_box_price_week,
        CASE
            WHEN h.minutes_known IS NOT NULL THEN h.buy_box_price_median_prev
            WHEN p.comparable AND p.same_currency THEN CAST(p.buy_box_price_prev AS DOUBLE)
        END AS buy_box_price_week_prev
    FROM competitor_pair AS p
    LEFT JOIN history_pair AS h
        ON p.week_start = h.week_start AND p.marketplace = h.marketplace AND p.asin = h.asin
)
SELECT
    c.week_start AS week_start, CAST(c.week_start + INTERVAL '6 days' AS DATE) AS week_end,
    c.marketplace AS marketplace, c.asin AS asin, c.account AS account, c.source AS source, c.family AS family,
    c.n_sources AS n_sources, COALESCE(r.role, 'unmapped') AS role, r.role IS NOT NULL AS mapped,
    r.competitor_role AS competitor_role, r.product AS product, COALESCE(r.n_products, 0) AS n_products,
    r.owner AS owner, c.brand AS brand, c.category_root AS category_root, c.listed_since AS listed_since,
    c.currency AS currency, c.observed_at AS observed_at, c.observed_prev AS observed_prev,
    c.days_apart AS days_apart, c.row_updated_at AS row_updated_at, c.row_updated_at_prev AS row_updated_prev,
    c.first_observation AS first_observation, c.stale AS stale, c.price_basis_changed AS price_basis_changed,
    c.same_category AS same_category, c.counts_for_family AS counts_for_family,
    CASE
        WHEN c.comparable AND c.same_category AND c.bsr > 0 AND c.bsr_prev > 0
            THEN LOG2(CAST(c.bsr_prev AS DOUBLE) / NULLIF(CAST(c.bsr AS DOUBLE), 0))
    END AS bsr_move_log2,
    CASE WHEN h.minutes_known IS NOT NULL THEN 'history' ELSE 'snapshot' END AS figures_from,
    h.history_source AS history_source, CAST(h.minutes_known AS DOUBLE) / 1440 AS history_days,
    h.bsr_week AS bsr_week, h.bsr_week_prev AS bsr_week_prev,
    CASE
        WHEN h.bsr_week > 0 AND h.bsr_week_prev > 0 THEN LOG2(CAST(h.bsr_week_prev AS DOUBLE) / NULLIF(h.bsr_week, 0))
    END AS bsr_week_move_log2,
    h.buy_box_price_week AS buy_box_price_week, h.buy_box_price_week_prev AS buy_box_price_week_prev,
    c.list_price AS list_price, c.list_price_prev AS list_price_prev,
    CASE WHEN c.comparable AND c.same_currency THEN c.list_price - c.list_price_prev END AS list_price_delta,
    c.buy_box_price AS buy_box_price, c.buy_box_price_prev AS buy_box_price_prev,
    CASE WHEN c.comparable AND c.same_currency THEN c.buy_box_price - c.buy_box_price_prev END AS buy_box_price_delta,
    c.new_price AS new_price, c.new_price_prev AS new_price_prev,
    CASE WHEN c.comparable AND c.same_currency AND NOT c.price_basis_changed THEN c.new_price - c.new_price_prev END
        AS new_price_delta,
    c.amazon_price AS amazon_price, c.amazon_price_prev AS amazon_price_prev,
    CASE WHEN c.comparable AND c.same_currency THEN c.amazon_price - c.amazon_price_prev END AS amazon_price_delta,
    c.fba_price AS fba_price, c.fba_price_prev AS fba_price_prev,
    CASE WHEN c.comparable AND c.same_currency THEN c.fba_price - c.fba_price_prev END AS fba_price_delta,
    c.fbm_price AS fbm_price, c.fbm_price_prev AS fbm_price_prev,
    CASE WHEN c.comparable AND c.same_currency AND NOT c.price_basis_changed THEN c.fbm_price - c.fbm_price_prev END
        AS fbm_price_delta,
    c.lightning_price AS lightning_price, c.lightning_price_prev AS lightning_price_prev,
    CASE WHEN c.comparable AND c.same_currency THEN c.lightning_price - c.lightning_price_prev END
        AS lightning_price_delta,
    c.coupon_absolute AS coupon_absolute, c.coupon_absolute_prev AS coupon_absolute_prev,
    CASE WHEN c.comparable AND c.same_currency THEN c.coupon_absolute - c.coupon_absolute_prev END
        AS coupon_absolute_delta,
    c.coupon_percent AS coupon_percent, c.coupon_percent_prev AS coupon_percent_prev,
    CASE WHEN c.comparable THEN c.coupon_percent - c.coupon_percent_prev END AS coupon_percent_delta,
    c.bsr AS bsr, c.bsr_prev AS bsr_prev,
    CASE WHEN c.comparable AND c.same_category THEN c.bsr - c.bsr_prev END AS bsr_delta,
    c.bsr_avg_30d AS bsr_avg_30d, c.bsr_avg_30d_prev AS bsr_avg_30d_prev,
    CASE WHEN c.comparable AND c.same_category THEN c.bsr_avg_30d - c.bsr_avg_30d_prev END AS bsr_avg_30d_delta,
    c.bsr_avg_90d AS bsr_avg_90d, c.bsr_avg_90d_prev AS bsr_avg_90d_prev,
    CASE WHEN c.comparable AND c.same_category THEN c.bsr_avg_90d - c.bsr_avg_90d_prev END AS bsr_avg_90d_delta,
    c.rating AS rating, c.rating_prev AS rating_prev,
    CASE WHEN c.comparable THEN c.rating - c.rating_prev END AS rating_delta,
    c.review_count AS review_count, c.review_count_prev AS review_count_prev,
    CASE WHEN c.comparable THEN c.review_count - c.review_count_prev END AS review_count_delta,
    c.monthly_sold AS monthly_sold, c.monthly_sold_prev AS monthly_sold_prev,
    CASE WHEN c.comparable THEN c.monthly_sold - c.monthly_sold_prev END AS monthly_sold_delta,
    c.offers_total AS offers_total, c.offers_total_prev AS offers_total_prev,
    CASE WHEN c.comparable THEN c.offers_total - c.offers_total_prev END AS offers_total_delta,
    c.offers_new AS offers_new, c.offers_new_prev AS offers_new_prev,
    CASE WHEN c.comparable THEN c.offers_new - c.offers_new_prev END AS offers_new_delta,
    c.offers_fba AS offers_fba, c.offers_fba_prev AS offers_fba_prev,
    CASE WHEN c.comparable THEN c.offers_fba - c.offers_fba_prev END AS offers_fba_delta,
    c.offers_fbm AS offers_fbm, c.offers_fbm_prev AS offers_fbm_prev,
    CASE WHEN c.comparable THEN c.offers_fbm - c.offers_fbm_prev END AS offers_fbm_delta,
    c.image_count AS image_count, c.image_count_prev AS image_count_prev,
    CASE WHEN c.comparable THEN c.image_count - c.image_count_prev END AS image_count_delta,
    c.variation_count AS variation_count, c.variation_count_prev AS variation_count_prev,
    CASE WHEN c.comparable THEN c.variation_count - c.variation_count_prev END AS variation_count_delta,
    c.deal_type AS deal_type, c.deal_type_prev AS deal_type_prev,
    c.bsr_category AS bsr_category, c.bsr_category_prev AS bsr_category_prev,
    c.buy_box_seller AS buy_box_seller, c.buy_box_seller_prev AS buy_box_seller_prev,
    c.buy_box_seller_id AS buy_box_seller_id, c.buy_box_seller_id_prev AS buy_box_seller_id_prev,
    c.buy_box_availability AS buy_box_availability, c.buy_box_availability_prev AS buy_box_availability_prev,
    c.title AS title, c.title_prev AS title_prev,
    c.main_image AS main_image, c.main_image_prev AS main_image_prev,
    c.parent_asin AS parent_asin, c.parent_asin_prev AS parent_asin_prev,
    c.buy_box_is_fba AS buy_box_is_fba, c.buy_box_is_fba_prev AS buy_box_is_fba_prev,
    c.report_id AS report_id
FROM placed AS c
INNER JOIN weighed AS h
    ON c.week_start = h.week_start AND c.marketplace = h.marketplace AND c.asin = h.asin
LEFT JOIN asin_role AS r
    ON c.week_start = r.week_start AND c.marketplace = r.marketplace AND c.asin = r.asin
