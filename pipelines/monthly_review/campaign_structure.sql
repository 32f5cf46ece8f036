-- Every campaign against every rule. Reports show only what had impressions: ad groups are then counted as "at least",
-- which can break the limit and never prove that it is kept.
WITH spent AS (
    SELECT
        start_date AS month, account, marketplace, ad_product, campaign, MIN(currency) AS currency, SUM(spend) AS spend
    FROM ads_campaign_period
    WHERE kind = 'month'
    GROUP BY start_date, account, marketplace, ad_product, campaign
),
counted AS (
    SELECT
        f.month AS month, f.account AS account, f.marketplace AS marketplace, f.ad_product AS ad_product,
        f.campaign AS campaign, r.rule AS rule, r.severity AS severity, r.rule_en AS rule_en, r.rule_zh AS rule_zh,
        f.source AS source, f.state AS state,
        CASE
            WHEN r.rule = 'ad_groups' AND f.n_ad_groups > 0 THEN f.n_ad_groups
            WHEN r.rule = 'budget' AND f.budgets_told THEN CASE WHEN f.budget > 0 THEN 0 ELSE 1 END
            WHEN r.rule = 'portfolio' AND f.portfolios_told THEN CASE WHEN f.portfolio IS NULL THEN 1 ELSE 0 END
            WHEN r.rule = 'match_types' THEN f.n_mixed
            WHEN r.rule = 'duplicates' THEN f.n_doubled
            WHEN r.rule = 'cannibalisation' THEN f.n_contested
            WHEN r.rule = 'enabled_under_paused' THEN f.n_orphans
            WHEN r.rule = 'name' THEN CASE WHEN STRPOS(UPPER(f.campaign), f.ad_product) > 0 THEN 0 ELSE 1 END
        END AS found,
        CASE WHEN r.rule = 'ad_groups' THEN s.max_ad_groups ELSE 0.0 END AS allowed,
        r.rule = 'ad_groups' AND f.source = 'reports' AS at_least
    FROM structure_fact AS f
    CROSS JOIN structure_rule AS r
    LEFT JOIN monthly_rules AS s ON f.marketplace = s.marketplace
)
SELECT
    c.month AS month, c.account AS account, c.marketplace AS marketplace, c.ad_product AS ad_product,
    c.campaign AS campaign, c.rule AS rule, c.severity AS severity, c.rule_en AS rule_en, c.rule_zh AS rule_zh,
    c.source AS source, c.state AS state, c.found AS found, c.allowed AS allowed, c.at_least AS at_least,
    CASE
        WHEN c.found > c.allowed THEN FALSE
        WHEN c.found IS NULL OR c.at_least THEN NULL
        ELSE TRUE
    END AS passed,
    COALESCE(c.found > c.allowed, FALSE) AS broken, s.currency AS currency, s.spend AS spend
FROM counted AS c
LEFT JOIN spent AS s
    ON c.month = s.month AND c.account = s.account AND c.marketplace = s.marketplace AND c.ad_product = s.ad_product
    AND c.campaign = s.campaign
