-- This week's observation of every ASIN beside the newest one of an earlier week, from the same source, one row per
-- ASIN, with the facts that decide what of the two may be compared.
WITH described AS (
    SELECT
        marketplace, source, asin, snapshot_date, observed_at, account, currency, family, report_id, list_price,
        buy_box_price, new_price, amazon_price, fba_price, fbm_price, lightning_price, coupon_absolute,
        coupon_percent, bsr, bsr_avg_30d, bsr_avg_90d, rating, review_count, monthly_sold, offers_total,
        offers_new, offers_fba, offers_fbm, image_count, variation_count, deal_type, bsr_category, buy_box_seller,
        buy_box_seller_id, buy_box_availability, title, images, main_image, variation_asins, parent_asin,
        buy_box_is_fba, row_updated_at, brand, category_root, listed_since, buy_box_top_seller_share_30d,
        -- Somebody offers it although no price is shown.
        COALESCE(offers_new > 0, FALSE) OR COALESCE(buy_box_unqualified, FALSE)
            OR LOWER(TRIM(COALESCE(map_restriction, ''))) NOT IN ('', '-', 'no', 'none', 'false', 'nein', 'いいえ')
            AS price_hidden,
        -- Whether the report had prices at all: an empty price in a report without price columns is not a lost offer.
        COUNT(buy_box_price) OVER (PARTITION BY report_id) + COUNT(new_price) OVER (PARTITION BY report_id) > 0
            AS prices_reported,
        ROW_NUMBER() OVER (
            PARTITION BY marketplace, source, asin, snapshot_date
            ORDER BY observed_at DESC NULLS LAST, COALESCE(account, '') DESC NULLS LAST, report_id DESC NULLS LAST,
                source_row DESC NULLS LAST
        ) AS nth
    FROM product_snapshot
),
-- Two accounts that download the same export observe an ASIN once.
seen AS (
    SELECT * FROM described WHERE nth = 1
),
offered AS (
    SELECT
        marketplace, source, asin, week_start, observed_date, observed_at, prev_date, prev_at, days_apart,
        COUNT(*) OVER (PARTITION BY marketplace, asin, week_start) AS n_sources,
        -- A source that can be compared with an earlier week goes before a newer one that cannot.
        ROW_NUMBER() OVER (
            PARTITION BY marketplace, asin, week_start
            ORDER BY CASE WHEN prev_date IS NULL THEN 0 ELSE 1 END DESC NULLS LAST, observed_at DESC NULLS LAST,
                source DESC NULLS LAST
        ) AS nth
    FROM observation_pairs
    WHERE subject = 'product_snapshot'
),
pair AS (
    SELECT
        o.week_start AS week_start, o.marketplace AS marketplace, o.asin AS asin, o.source AS source,
        o.n_sources AS n_sources, s.account AS account, s.family AS family, s.currency AS currency,
        s.report_id AS report_id, o.observed_date AS observed_date, o.observed_at AS observed_at,
        o.prev_date AS prev_date, o.prev_at AS observed_prev, o.days_apart AS days_apart,
        s.list_price AS list_price, s.buy_box_price AS buy_box_price, s.new_price AS new_price,
        s.amazon_price AS amazon_price, s.fba_price AS fba_price, s.fbm_price AS fbm_price,
        s.lightning_price AS lightning_price, s.coupon_absolute AS coupon_absolute,
        s.coupon_percent AS coupon_percent, s.bsr AS bsr, s.bsr_avg_30d AS bsr_avg_30d,
        s.bsr_avg_90d AS bsr_avg_90d, s.rating AS rating, s.review_count AS review_count,
        s.monthly_sold AS monthly_sold, s.offers_total AS offers_total, s.offers_new AS offers_new,
        s.offers_fba AS offers_fba, s.offers_fbm AS offers_fbm, s.image_count AS image_count,
        s.variation_count AS variation_count, s.deal_type AS deal_type, s.bsr_category AS bsr_category,
        s.buy_box_seller AS buy_box_seller, s.buy_box_seller_id AS buy_box_seller_id,
        s.buy_box_availability AS buy_box_availability, s.title AS title, s.images AS images,
        s.main_image AS main_image, s.variation_asins AS variation_asins, s.parent_asin AS parent_asin,
        s.buy_box_is_fba AS buy_box_is_fba, s.row_updated_at AS row_updated_at, s.brand AS brand,
        s.category_root AS category_root, s.listed_since AS listed_since,
        s.buy_box_top_seller_share_30d AS buy_box_top_seller_share_30d, s.price_hidden AS price_hidden,
        p.price_hidden AS price_hidden_prev,
        p.currency AS currency_prev, s.prices_reported AS prices_reported, p.prices_reported AS prices_reported_prev,
        p.list_price AS list_price_prev, p.buy_box_price AS buy_box_price_prev, p.new_price AS new_price_prev,
        p.amazon_price AS amazon_price_prev, p.fba_price AS fba_price_prev, p.fbm_price AS fbm_price_prev,
        p.lightning_price AS lightning_price_prev, p.coupon_absolute AS coupon_absolute_prev,
        p.coupon_percent AS coupon_percent_prev, p.bsr AS bsr_prev, p.bsr_avg_30d AS bsr_avg_30d_prev,
        p.bsr_avg_90d AS bsr_avg_90d_prev, p.rating AS rating_prev, p.review_count AS review_count_prev,
        p.monthly_sold AS monthly_sold_prev, p.offers_total AS offers_total_prev, p.offers_new AS offers_new_prev,
        p.offers_fba AS offers_fba_prev, p.offers_fbm AS offers_fbm_prev, p.image_count AS image_count_prev,
        p.variation_count AS variation_count_prev, p.deal_type AS deal_type_prev,
        p.bsr_category AS bsr_category_prev, p.buy_box_seller AS buy_box_seller_prev,
        p.buy_box_seller_id AS buy_box_seller_id_prev, p.buy_box_availability AS buy_box_availability_prev,
        p.title AS title_prev, p.images AS images_prev, p.main_image AS main_image_prev,
        p.variation_asins AS variation_asins_prev, p.parent_asin AS parent_asin_prev,
        p.buy_box_is_fba AS buy_box_is_fba_prev, p.row_updated_at AS row_updated_at_prev
    FROM offered AS o
    INNER JOIN seen AS s
        ON o.marketplace = s.marketplace AND o.source = s.source AND o.asin = s.asin
        AND o.observed_date = s.snapshot_date
    LEFT JOIN seen AS p
        ON o.marketplace = p.marketplace AND o.source = p.source AND o.asin = p.asin AND o.prev_date = p.snapshot_date
    WHERE o.nth = 1
),
judged AS (
    SELECT
        *,
        prev_date IS NULL AS first_observation,
        -- The source itself had nothing newer: equal figures prove nothing, different ones are other columns.
        prev_date IS NOT NULL AND COALESCE(row_updated_at <= row_updated_at_prev, FALSE) AS stale,
        prev_date IS NOT NULL AND prev_date < DATE '2026-02-16' AND observed_date >= DATE '2026-02-16'
            AS price_basis_changed,
        LOWER(TRIM(bsr_category)) IS NOT DISTINCT FROM LOWER(TRIM(bsr_category_prev)) AS same_category,
        currency IS NOT DISTINCT FROM currency_prev AS same_currency,
        -- Ratings are counted for a whole variation family, so a family that was cut or joined moves the count.
        COALESCE(parent_asin = parent_asin_prev, TRUE) AND COALESCE(variation_count = variation_count_prev, TRUE)
            AS same_variations
    FROM pair
)
SELECT *, NOT first_observation AND NOT stale AS comparable
FROM judged
