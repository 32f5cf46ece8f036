-- How many campaigns keep each rule, by number and by the money they spend; what could not be judged is no part of it.
SELECT
    month, account, marketplace, ad_product, rule, MIN(severity) AS severity, MIN(rule_en) AS rule_en,
    MIN(rule_zh) AS rule_zh, CASE WHEN MIN(source) = MAX(source) THEN MIN(source) ELSE 'mixed' END AS source,
    COUNT(*) AS n_campaigns, SUM(CASE WHEN passed IS NULL THEN 0 ELSE 1 END) AS n_judged,
    SUM(CASE WHEN COALESCE(passed, FALSE) THEN 1 ELSE 0 END) AS n_passed,
    CAST(SUM(CASE WHEN COALESCE(passed, FALSE) THEN 1 ELSE 0 END) AS DOUBLE)
        / NULLIF(CAST(SUM(CASE WHEN passed IS NULL THEN 0 ELSE 1 END) AS DOUBLE), 0) AS share_passed,
    MAX(currency) AS currency, SUM(CASE WHEN passed IS NULL THEN 0 ELSE COALESCE(spend, 0) END) AS spend_judged,
    SUM(CASE WHEN COALESCE(passed, FALSE) THEN COALESCE(spend, 0) ELSE 0 END) AS spend_passed,
    CAST(SUM(CASE WHEN COALESCE(passed, FALSE) THEN COALESCE(spend, 0) ELSE 0 END) AS DOUBLE)
        / NULLIF(CAST(SUM(CASE WHEN passed IS NULL THEN 0 ELSE COALESCE(spend, 0) END) AS DOUBLE), 0)
        AS spend_share_passed
FROM campaign_structure
GROUP BY month, account, marketplace, ad_product, rule
