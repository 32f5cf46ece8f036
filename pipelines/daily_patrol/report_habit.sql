-- What is usual for the reports that feed a table: after how many days a day can be downloaded, whether a day without
-- rows is a day on which nothing happened (`sparse`: the file reaches to its download), and what stands still without it.
SELECT
    t.into_table AS into_table, t.lag_days AS lag_days, t.sparse AS sparse, t.affects AS affects,
    t.affects_zh AS affects_zh
FROM (
    VALUES
    ('ads_campaign', 1, FALSE, 'ACOS, budget pace', 'ACOS、预算进度'),
    ('ads_ad_group', 1, FALSE, 'campaign structure', '广告结构'),
    ('ads_product', 1, FALSE, 'ACOS by product', '产品 ACOS'),
    ('ads_targeting', 1, FALSE, 'targets', '投放分析'),
    ('ads_placement', 1, FALSE, 'placements', '广告位分析'),
    ('ads_search_term', 1, FALSE, 'wasted spend, search terms', '无效花费、搜索词库'),
    ('ads_purchased_product', 1, FALSE, 'halo sales', '关联销售'),
    ('ads_entity', 0, FALSE, 'campaign structure, negatives', '广告结构、否定词上传'),
    ('ads_budget', 1, FALSE, 'budget pace', '预算进度'),
    ('inventory', 0, FALSE, 'stock-out, restock plan', '断货预警、补货计划'),
    ('inventory_planning', 0, FALSE, 'aged stock', '库龄'),
    ('restock_advice', 0, FALSE, 'restock plan', '补货计划'),
    ('stranded_inventory', 0, TRUE, 'stranded stock', '无在售信息库存'),
    ('listing', 0, FALSE, 'listing coverage, takedowns', '上架覆盖、下架预警'),
    ('traffic_child', 2, FALSE, 'TACOS, return rate, restock plan', 'TACOS、退货率、补货计划'),
    ('traffic_parent', 2, FALSE, 'traffic', '流量'),
    ('traffic_sku', 2, FALSE, 'traffic', '流量'),
    ('traffic_account', 2, FALSE, 'TACOS', 'TACOS'),
    ('order_item', 1, TRUE, 'order exceptions', '订单异常'),
    ('unshipped_order', 0, TRUE, 'order exceptions', '订单异常'),
    ('customer_return', 1, TRUE, 'return rate', '退货率'),
    ('reimbursement', 1, TRUE, 'profit', '利润'),
    ('removal', 1, TRUE, 'stock', '库存'),
    ('replacement', 1, TRUE, 'returns', '退换货'),
    ('settlement_line', 3, TRUE, 'profit', '利润'),
    ('payment_transaction', 1, TRUE, 'profit', '利润'),
    ('search_query', 3, FALSE, 'search query share', '搜索份额'),
    ('product_snapshot', 0, FALSE, 'competitors, Buy Box', '竞品周表、购物车'),
    ('keyword_rank', 0, FALSE, 'keyword ranks', '关键词排名'),
    ('seller_feedback', 0, TRUE, 'seller feedback', '店铺反馈'),
    ('account_health', 0, FALSE, 'account health', '账户健康'),
    ('task', 0, TRUE, 'open actions', '待办回读')
) AS t (into_table, lag_days, sparse, affects, affects_zh)
