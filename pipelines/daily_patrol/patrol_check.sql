-- Every check of every rule: one row for what was looked at on a day, good or bad. A row without a subject says that a
-- whole list was looked at. What no row tells was not checked.
SELECT rule, account, marketplace, subject, product, owner, checked_on, bad, level, figure, target, since, evidence_zh, evidence
FROM check_health
UNION ALL
SELECT rule, account, marketplace, subject, product, owner, checked_on, bad, level, figure, target, since, evidence_zh, evidence
FROM check_review
UNION ALL
SELECT rule, account, marketplace, subject, product, owner, checked_on, bad, level, figure, target, since, evidence_zh, evidence
FROM check_buy_box
UNION ALL
SELECT rule, account, marketplace, subject, product, owner, checked_on, bad, level, figure, target, since, evidence_zh, evidence
FROM check_stock
UNION ALL
SELECT rule, account, marketplace, subject, product, owner, checked_on, bad, level, figure, target, since, evidence_zh, evidence
FROM check_ads
UNION ALL
SELECT rule, account, marketplace, subject, product, owner, checked_on, bad, level, figure, target, since, evidence_zh, evidence
FROM check_listing
UNION ALL
SELECT rule, account, marketplace, subject, product, owner, checked_on, bad, level, figure, target, since, evidence_zh, evidence
FROM check_content
UNION ALL
SELECT rule, account, marketplace, subject, product, owner, checked_on, bad, level, figure, target, since, evidence_zh, evidence
FROM check_order
UNION ALL
SELECT rule, account, marketplace, subject, product, owner, checked_on, bad, level, figure, target, since, evidence_zh, evidence
FROM check_report
