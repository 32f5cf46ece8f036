-- The targets of the work plan. `basis` says what the value is: the figure itself, or the share of the things that keep
-- the limit, which should be all. `better` is the direction.
SELECT
    v.kpi AS kpi, v.place AS place, v.kpi_en AS kpi_en, v.kpi_zh AS kpi_zh, v.basis AS basis, v.better AS better,
    v.setting AS setting
FROM (
    VALUES
        ('acos', 1, 'ACOS of all advertising', '广告 ACOS', 'figure', 'lower', 'target_acos'),
        ('cpc', 2, 'Cost per click', '单次点击花费', 'figure', 'lower', 'cpc_limit'),
        (
            'ad_groups', 3, 'Campaigns within the limit of ad groups', '广告组数达标的广告活动占比',
            'share', 'higher', 'max_ad_groups'
        ),
        ('bsr', 4, 'Own products within their BSR target', 'BSR 达标产品占比', 'share', 'higher', 'target_bsr'),
        ('return_rate', 5, 'Return rate', '退货率', 'figure', 'lower', 'target_return_rate'),
        (
            'supply_days', 6, 'Products with the wanted days of supply', '可售天数达标产品占比',
            'share', 'higher', 'supply_days_min'
        ),
        ('ipi', 7, 'Inventory performance index', '库存绩效指标 IPI', 'figure', 'higher', 'target_ipi'),
        ('account_health', 8, 'Account health rating', '账户健康评级', 'figure', 'higher', 'target_account_health'),
        (
            'negative_reviews', 9, 'Most negative reviews in a week', '单周最多差评数',
            'figure', 'lower', 'max_negative_reviews_week'
        ),
        ('review_answers', 10, 'Negative reviews answered in time', '差评及时响应占比', 'share', 'higher', 'answer_hours'),
        ('a_plus', 11, 'Products whose A+ page is fresh', 'A+ 及时更新产品占比', 'share', 'higher', 'a_plus_days'),
        ('listing_time', 12, 'Listings live in time', '及时上架占比', 'share', 'higher', 'listing_hours'),
        (
            'inbound_ahead', 13, 'Inbound shipments created in time', '货件提前创建占比',
            'share', 'higher', 'inbound_days_ahead'
        )
) AS v(kpi, place, kpi_en, kpi_zh, basis, better, setting)
