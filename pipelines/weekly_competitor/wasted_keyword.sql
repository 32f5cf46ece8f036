-- Search terms that cost money and brought no order in the window, and what to do about them. A click price over the
-- limit alone is a flag; to negate is suggested only where the clicks are many enough, or where the usual conversion
-- would have brought an order, and only where the whole window is known and mature. Negatives are of an ad group, so
-- the evidence is too.
WITH campaign_base AS (
    SELECT
        week_start, account, marketplace, ad_product, campaign, SUM(clicks) AS clicks, SUM(orders) AS orders
    FROM search_term_total
    GROUP BY week_start, account, marketplace, ad_product, campaign
),
account_base AS (
    SELECT week_start, account, marketplace, ad_product, SUM(clicks) AS clicks, SUM(orders) AS orders
    FROM campaign_base
    GROUP BY week_start, account, marketplace, ad_product
),
waste AS (
    SELECT *, COALESCE(ad_group, '') AS ad_group_key
    FROM search_term_total
    WHERE orders = 0 AND clicks > 0 AND spend > 0
),
judged AS (
    SELECT
        s.week_start AS week_start, s.account AS account, s.marketplace AS marketplace, s.ad_product AS ad_product,
        s.campaign AS campaign, s.ad_group AS ad_group, s.targeting AS targeting, s.match_type AS match_type,
        s.search_term AS search_term, s.portfolio AS portfolio, s.currency AS currency, s.family AS family,
        s.impressions AS impressions, s.clicks AS clicks, s.spend AS spend, s.orders AS orders, s.units AS units,
        s.sales AS sales, s.attribution_days AS attribution_days, s.observed_at AS observed_at,
        w.window_start AS window_start, w.window_end AS window_end, w.days_expected AS days_expected,
        w.days_covered AS days_covered, w.days_covered >= w.days_expected AS complete, w.mature AS mature, r.cpc_limit AS cpc_limit,
        r.wasted_min_clicks AS min_clicks, k.term_class AS term_class,
        g.product AS product, g.owner AS owner, p.ad_group_clicks AS ad_group_clicks,
        p.ad_group_orders AS ad_group_orders, p.is_negated AS is_negated, p.in_basket AS in_basket,
        p.lives_exact AS lives_exact, p.campaign_id AS campaign_id, p.ad_group_id AS ad_group_id,
        -- A term that is itself bid on exactly cannot be negated away: its bid or its keyword is the decision.
        COALESCE(s.match_type = 'EXACT' AND LOWER(TRIM(s.targeting)) = LOWER(TRIM(s.search_term)), FALSE)
            AS is_keyword,
        CAST(s.spend AS DOUBLE) / NULLIF(CAST(s.clicks AS DOUBLE), 0) AS cpc,
        -- A campaign's own conversion once it rests on five orders, else that of the account's ad product.
        CASE WHEN c.orders >= 5 THEN 'campaign' ELSE 'account' END AS baseline_level,
        CASE WHEN c.orders >= 5 THEN c.clicks ELSE a.clicks END AS baseline_clicks,
        CASE WHEN c.orders >= 5 THEN c.orders ELSE a.orders END AS baseline_orders
    FROM waste AS s
    INNER JOIN search_term_window AS w
        ON s.week_start = w.week_start AND s.account = w.account AND s.marketplace = w.marketplace
        AND s.ad_product = w.ad_product
    INNER JOIN weekly_rules AS r ON s.marketplace = r.marketplace
    INNER JOIN search_term_class AS k ON s.marketplace = k.marketplace AND s.search_term = k.search_term
    INNER JOIN search_term_guard AS p
        ON s.week_start = p.week_start AND s.account = p.account AND s.marketplace = p.marketplace
        AND s.ad_product = p.ad_product AND s.campaign = p.campaign AND s.ad_group_key = p.ad_group
        AND s.search_term = p.search_term
    INNER JOIN campaign_base AS c
        ON s.week_start = c.week_start AND s.account = c.account AND s.marketplace = c.marketplace
        AND s.ad_product = c.ad_product AND s.campaign = c.campaign
    INNER JOIN account_base AS a
        ON s.week_start = a.week_start AND s.account = a.account AND s.marketplace = a.marketplace
        AND s.ad_product = a.ad_product
    LEFT JOIN ad_group_product AS g
        ON s.account = g.account AND s.marketplace = g.marketplace AND s.campaign = g.campaign
        AND s.ad_group_key = g.ad_group
),
rated AS (
    SELECT
        *,
        CAST(baseline_orders AS DOUBLE) / NULLIF(CAST(baseline_clicks AS DOUBLE), 0) AS baseline_cvr
    FROM judged
),
expected AS (
    SELECT
        *, CAST(clicks AS DOUBLE) * baseline_cvr AS expected_orders,
        -- More than one order a click is possible; then no order at all is as good as impossible.
        POWER(GREATEST(1 - baseline_cvr, 0), CAST(clicks AS DOUBLE)) AS p_no_order,
        cpc > cpc_limit AS rule_cpc_no_order
    FROM rated
),
evidence AS (
    SELECT
        *,
        CASE
            WHEN term_class = 'own_brand' THEN 'own_brand'
            WHEN NOT complete THEN 'incomplete'
            WHEN NOT mature THEN 'not_mature'
            WHEN is_negated THEN 'already_negated'
            WHEN in_basket OR lives_exact AND NOT is_keyword THEN 'ranking_keyword'
            -- Another target of the ad group sells on this very term.
            WHEN ad_group_orders > 0 THEN 'converts_in_ad_group'
            WHEN ad_group_clicks >= min_clicks THEN 'enough_clicks'
            WHEN CAST(ad_group_clicks AS DOUBLE) * baseline_cvr >= 1 THEN 'expected_orders'
            ELSE 'too_few_clicks'
        END AS suggestion_basis
    FROM expected
),
suggested AS (
    SELECT
        *,
        CASE
            WHEN suggestion_basis NOT IN ('enough_clicks', 'expected_orders') THEN NULL
            WHEN term_class = 'asin' THEN 'negate_product'
            WHEN is_keyword THEN 'review_keyword'
            ELSE 'negate_exact'
        END AS suggestion,
        LENGTH(TRIM(search_term)) AS n_letters,
        LENGTH(TRIM(search_term)) - LENGTH(REPLACE(TRIM(search_term), ' ', '')) + 1 AS n_words
    FROM evidence
)
SELECT
    week_start, account, marketplace, ad_product, campaign, ad_group, targeting, match_type, search_term, portfolio,
    product, owner, window_start, window_end, days_expected, days_covered, complete, mature, attribution_days,
    family, currency, impressions, clicks, spend, orders, units, sales,
    CAST(clicks AS DOUBLE) / NULLIF(CAST(impressions AS DOUBLE), 0) AS ctr, cpc, cpc_limit, rule_cpc_no_order,
    ad_group_clicks, ad_group_orders, baseline_level, baseline_clicks, baseline_orders, baseline_cvr, expected_orders,
    p_no_order, term_class, suggestion_basis, suggestion,
    -- The console takes negatives of at most 80 letters and 10 words, and places them by id.
    CASE
        WHEN suggestion IS NULL OR suggestion = 'review_keyword' THEN NULL
        WHEN ad_product <> 'SP' THEN 'by_hand'
        WHEN suggestion = 'negate_exact' AND (n_letters > 80 OR n_words > 10) THEN 'too_long'
        WHEN campaign_id IS NULL OR ad_group_id IS NULL THEN 'no_ids'
        ELSE 'ready'
    END AS upload,
    campaign_id, ad_group_id, observed_at
FROM suggested
