-- The rules by which campaigns are built, with how grave a breach is. A rule whose facts no report tells is not judged.
SELECT v.rule AS rule, v.severity AS severity, v.rule_en AS rule_en, v.rule_zh AS rule_zh
FROM (
    VALUES
        ('ad_groups', 'high', 'Not more ad groups than allowed', '广告组数不超上限'),
        ('budget', 'high', 'Has a budget', '已设预算'),
        ('enabled_under_paused', 'high', 'Nothing enabled under a paused parent', '暂停的上级下无启用对象'),
        (
            'cannibalisation', 'high', 'No exact keyword that another campaign bids on for the same SKU',
            '同一 SKU 的精准词不与其他广告活动重复'
        ),
        ('portfolio', 'medium', 'Is in a portfolio', '已归入广告组合'),
        ('match_types', 'medium', 'One match type in each ad group', '每个广告组只用一种匹配方式'),
        ('duplicates', 'medium', 'No keyword twice with one match type', '同匹配方式关键词不重复'),
        ('name', 'low', 'The name tells the kind of ad', '名称含广告类型')
) AS v(rule, severity, rule_en, rule_zh)
