-- What a patrol looks at, in the order in which a person reads it. `scope` says what the newest check is: of the whole
-- list (`list`: what is no longer in it is settled), of one subject (`each`), or a case that stays until it is closed
-- (`case`). A check older than `stale_days` says nothing any more: the light is grey, never green.
SELECT
    t.rule AS rule, t.place AS place, t.scope AS scope, t.acts AS acts, t.due_days AS due_days,
    t.stale_days AS stale_days, t.title AS title, t.title_zh AS title_zh, t.source AS source, t.source_zh AS source_zh,
    t.step AS step, t.step_zh AS step_zh
FROM (
    VALUES
    ('ads_in', 1, 'each', FALSE, 0, 1, 'Advertising reports are in', '广告数据到齐', 'SP, SB and SD campaign reports', 'SP、SB、SD 广告活动报告', 'download the report', '下载报表'),
    ('account_health', 2, 'each', TRUE, 1, 3, 'Account health', '账户健康', 'seed health or the performance report', '账户健康表（seeds/health）或绩效报告', 'open Account Health and appeal or correct within 24 hours', '打开账户状况，24 小时内申诉或整改并提交行动计划'),
    ('ipi', 3, 'each', TRUE, 7, 14, 'Inventory performance index', '库存绩效 IPI', 'seed health', '账户健康表（seeds/health）', 'clear aged and stranded stock, restock what sells', '清理冗余与无在售信息库存，补足热销款'),
    ('takedown', 4, 'list', TRUE, 1, 7, 'Listing taken down', 'Listing 被下架', 'All Listings report', '全部商品报告', 'hand in a plan of action within 24 hours', '24 小时内提交行动计划（POA）'),
    ('stock_out', 5, 'each', TRUE, 1, 3, 'Stock-out inside lead time', '断货风险', 'FBA inventory and sales', 'FBA 库存与销量', 'ship by air or slow sales down, tell the supervisor', '改空运或控速，同步主管'),
    ('inbound', 6, 'each', TRUE, 1, 3, 'Inbound shipment not created', '未建货件', 'FBA inventory and sales', 'FBA 库存与销量', 'create the inbound shipment', '创建入库货件'),
    ('buy_box', 7, 'each', TRUE, 1, 7, 'Buy Box lost', '购物车丢失', 'Keepa or the Business Report', 'Keepa 或业务报告', 'look for followers and price, report or reprice', '检查跟卖与价格，投诉或调价'),
    ('listing', 8, 'list', TRUE, 2, 7, 'Listing suppressed', 'Listing 被抑制', 'All Listings report', '全部商品报告', 'complete the missing attributes', '补全缺失属性'),
    ('stranded', 9, 'list', TRUE, 2, 7, 'Stranded stock', '无在售信息库存', 'Stranded Inventory report', '无在售信息库存报告', 'relist or remove', '重新上架或移除'),
    ('product_review', 10, 'case', TRUE, 3, 14, 'Bad product review', '差评处理', 'seed review_case', '差评表（seeds/review_case）', 'find the cause, write down what was done, close the case', '查明原因，登记措施并关闭'),
    ('review_answer', 11, 'case', TRUE, 0, 14, 'Review without answer', '差评未响应', 'seed review_case', '差评表（seeds/review_case）', 'answer now', '立即响应'),
    ('seller_feedback', 12, 'case', TRUE, 3, 7, 'Bad seller feedback', '店铺差评', 'Feedback report', '反馈报告', 'ask for removal or answer', '申请移除或回复'),
    ('order_exception', 13, 'each', TRUE, 1, 2, 'Order exceptions', '订单异常', 'unshipped orders and all orders', '未发货订单与所有订单报告', 'ship, cancel or ask the buyer', '发货、取消或联系买家'),
    ('refund_spike', 14, 'each', TRUE, 3, 14, 'Returns jump', '退货激增', 'FBA customer returns', 'FBA 退货报告', 'read the reasons, check the batch', '查看退货原因，核查批次'),
    ('budget_pace', 15, 'each', TRUE, 1, 4, 'Budget pace', '预算进度', 'seed budgets and ads reports', '预算表（seeds/budgets）与广告报告', 'change budgets or bids', '调整预算或竞价'),
    ('no_cap', 16, 'list', TRUE, 1, 14, 'Campaign without a cap', '广告活动无预算上限', 'bulk operations workbook', '批量操作表', 'set a daily budget', '设置每日预算'),
    ('wasted_spend', 17, 'list', TRUE, 7, 21, 'Wasted ad spend', '无效广告花费', 'search term reports', '搜索词报告', 'upload the negatives', '上传否定词批量表'),
    ('content', 18, 'each', TRUE, 7, 1, 'Content upkeep', '内容更新', 'seed content_log', '内容更新表（seeds/content_log）', 'update the A+ pages', '更新 A+ 页面'),
    ('report_late', 19, 'each', TRUE, 1, 1, 'Report is missing', '报表缺失', 'seed expected_reports', '应收报表清单（seeds/expected_reports）', 'download it and put it into the inbox', '下载后放入 inbox')
) AS t (rule, place, scope, acts, due_days, stale_days, title, title_zh, source, source_zh, step, step_zh)
