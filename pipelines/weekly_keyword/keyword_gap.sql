-- Keywords on which competitors of a product rank and the product does not. Where no ASIN of the product was measured
-- on the keyword nothing is known of it: such a row is shown, but it is no gap. Organic ranks only.
WITH product_owner AS (
    SELECT account, marketplace, product, week_start, MIN(owner) AS owner
    FROM competitor_bridge
    WHERE is_own
    GROUP BY account, marketplace, product, week_start
),
compared AS (
    SELECT
        r.week_start AS week_start, r.account AS account, r.marketplace AS marketplace, r.product AS product,
        r.keyword AS keyword, r.n_rivals_measured AS n_rivals_measured, r.n_rivals_ranking AS n_rivals_ranking,
        r.best_rival_rank AS best_rival_rank, r.best_rival_asin AS best_rival_asin, t.gap_rank_max AS gap_rank_max,
        o.own_rank AS own_rank, COALESCE(o.n_own_measured, 0) AS n_own_measured,
        CASE
            WHEN o.n_own_measured IS NULL THEN 'not_observed'
            WHEN o.own_rank <= t.gap_rank_max THEN 'ranking'
            WHEN o.own_rank IS NOT NULL THEN 'beyond_limit'
            WHEN o.n_beyond > 0 THEN 'out_of_range'
            ELSE 'unranked'
        END AS own_state
    FROM keyword_rival AS r
    INNER JOIN keyword_rules AS t ON r.marketplace = t.marketplace
    LEFT JOIN keyword_own AS o
        ON r.week_start = o.week_start AND r.account = o.account AND r.marketplace = o.marketplace
        AND r.product = o.product AND r.keyword = o.keyword
    WHERE r.n_rivals_ranking > 0
),
-- Whether anything at all is known of what the account bids on, and of the team's search terms of a product.
bidding AS (
    SELECT DISTINCT account, marketplace, TRUE AS is_known FROM keyword_targeted
),
account_targeted AS (
    SELECT account, marketplace, keyword, first_day, last_day, is_targeted
    FROM keyword_targeted
    WHERE product = ''
),
library AS (
    SELECT
        marketplace, product, LOWER(TRIM(term)) AS keyword, MIN(state) AS term_state,
        MAX(CASE WHEN state = '已上架' THEN 1 ELSE 0 END) AS n_listed
    FROM search_terms
    GROUP BY marketplace, product, LOWER(TRIM(term))
),
written AS (
    SELECT DISTINCT marketplace, product, TRUE AS is_known FROM library
)
SELECT
    c.week_start AS week_start, c.account AS account, c.marketplace AS marketplace, c.product AS product,
    c.keyword AS keyword, p.owner AS owner, v.search_volume AS search_volume,
    c.n_rivals_measured AS n_rivals_measured, c.n_rivals_ranking AS n_rivals_ranking,
    c.best_rival_rank AS best_rival_rank, c.best_rival_asin AS best_rival_asin, c.own_state AS own_state,
    c.own_rank AS own_rank, c.n_own_measured AS n_own_measured, c.gap_rank_max AS gap_rank_max,
    c.own_state <> 'not_observed' AS is_gap,
    -- Bid on within the last five weeks, the widest that a monthly download leaves open.
    CASE
        WHEN b.is_known
            THEN COALESCE(
                k.is_targeted AND k.last_day >= CAST(c.week_start - INTERVAL '28 days' AS DATE)
                AND k.first_day <= CAST(c.week_start + INTERVAL '6 days' AS DATE), FALSE
            )
    END AS targeted,
    CASE
        WHEN b.is_known
            THEN COALESCE(
                a.is_targeted AND a.last_day >= CAST(c.week_start - INTERVAL '28 days' AS DATE)
                AND a.first_day <= CAST(c.week_start + INTERVAL '6 days' AS DATE), FALSE
            )
    END AS targeted_in_account,
    CASE WHEN w.is_known THEN COALESCE(l.n_listed > 0, FALSE) END AS in_search_terms, l.term_state AS term_state
FROM compared AS c
LEFT JOIN product_owner AS p
    ON c.account = p.account AND c.marketplace = p.marketplace AND c.product = p.product
    AND c.week_start = p.week_start
LEFT JOIN keyword_volume AS v
    ON c.week_start = v.week_start AND c.marketplace = v.marketplace AND c.keyword = v.keyword
LEFT JOIN bidding AS b ON c.account = b.account AND c.marketplace = b.marketplace
LEFT JOIN keyword_targeted AS k
    ON c.account = k.account AND c.marketplace = k.marketplace AND c.product = k.product AND c.keyword = k.keyword
LEFT JOIN account_targeted AS a
    ON c.account = a.account AND c.marketplace = a.marketplace AND c.keyword = a.keyword
LEFT JOIN library AS l
    ON c.marketplace = l.marketplace AND c.product = l.product AND c.keyword = l.keyword
LEFT JOIN written AS w ON c.marketplace = w.marketplace AND c.product = w.product
WHERE c.own_state <> 'ranking'
