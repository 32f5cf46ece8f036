//! Seeds that the team writes up day by day: account health, bad reviews, work on listings.

use crate::dice::Dice;
use crate::sheet::Cell;
use crate::sheet::Table;
use crate::shop::ACCOUNT;
use crate::shop::Product;
use crate::world::day_after;
use crate::world::whole;
use jiff::civil::date;

/// Every Monday morning since December; the US fell once in January, as a policy warning does it.
pub(crate) fn health() -> Table {
    let mut table = Table::new(&[
        "Account",
        "Marketplace",
        "Measured on",
        "Metric",
        "Value",
        "Owner",
        "Note",
    ]);
    let mut dice = Dice::of("health");
    for week in 0..11 {
        let day = day_after(date(2025, 12, 1), week * 7);
        for market in ["US", "DE"] {
            let warned = market == "US" && week == 7;
            let health = if warned {
                948
            } else {
                1000 - i64::from(market == "DE") * 4
            };
            let (stock, note) = (
                520 + whole(dice.between(0.0, 60.0)),
                if warned {
                    "policy warning, appealed"
                } else {
                    ""
                },
            );
            for (metric, value, note) in [("ahr", health, note), ("ipi", stock, "")] {
                let (account, owner) = (ACCOUNT.into(), "陈静".into());
                table.rows.push(vec![
                    account,
                    market.into(),
                    Cell::Day(day),
                    metric.into(),
                    value.into(),
                    owner,
                    note.into(),
                ]);
            }
        }
    }
    table
}

const REVIEW_HEADER: &[&str] = &[
    "店铺",
    "站点",
    "编号",
    "ASIN",
    "款号",
    "星级",
    "发现时间",
    "首次响应时间",
    "问题",
    "处理措施",
    "状态",
    "关闭时间",
    "负责人",
];

const REVIEWS: &[&[&str]] = &[
    &[
        "lumora",
        "美国",
        "RC-2512-01",
        "B0LUMD04WH",
        "LM-D04",
        "1",
        "2025-12-09 09:12",
        "2025-12-09 10:40",
        "电池充不进电",
        "补发",
        "已关闭",
        "2025-12-15 16:00",
        "李强",
    ],
    &[
        "lumora",
        "美国",
        "RC-2512-02",
        "B0LUMD04WH",
        "LM-D04",
        "2",
        "2025-12-17 08:55",
        "2025-12-17 13:30",
        "用一周后不亮",
        "退款",
        "已关闭",
        "2025-12-20 11:20",
        "李强",
    ],
    &[
        "lumora",
        "美国",
        "RC-2512-03",
        "B0LUMN012P",
        "LM-N01",
        "3",
        "2025-12-22 10:05",
        "2025-12-22 11:15",
        "亮度偏低",
        "解释说明",
        "已关闭",
        "2025-12-23 09:00",
        "王敏",
    ],
    &[
        "lumora",
        "德国",
        "RC-2601-01",
        "B0LUMD01BK",
        "LM-D01",
        "2",
        "2026-01-05 09:30",
        "2026-01-05 15:10",
        "插头松动",
        "补发",
        "已关闭",
        "2026-01-12 10:00",
        "陈静",
    ],
    &[
        "lumora",
        "美国",
        "RC-2601-02",
        "B0LUMD04WH",
        "LM-D04",
        "1",
        "2026-01-13 09:02",
        "2026-01-13 18:45",
        "收到即坏",
        "补发并反馈工厂",
        "已关闭",
        "2026-01-19 14:00",
        "李强",
    ],
    &[
        "lumora",
        "美国",
        "RC-2601-03",
        "B0LUMR01BK",
        "LM-R01",
        "3",
        "2026-01-21 08:48",
        "2026-01-21 09:30",
        "夹子偏紧",
        "解释说明",
        "已关闭",
        "2026-01-22 10:10",
        "李强",
    ],
    &[
        "lumora",
        "美国",
        "RC-2602-01",
        "B0LUMD04WH",
        "LM-D04",
        "1",
        "2026-02-04 09:10",
        "2026-02-04 11:00",
        "电池充不进电",
        "补发",
        "处理中",
        "",
        "李强",
    ],
    &[
        "lumora",
        "德国",
        "RC-2602-02",
        "B0LUMN03PK",
        "LM-N03",
        "2",
        "2026-02-08 16:20",
        "",
        "充电口松",
        "",
        "待处理",
        "",
        "王敏",
    ],
];

pub(crate) fn review_case() -> Table {
    Table::of_texts(REVIEW_HEADER, REVIEWS)
}

pub(crate) fn content_log(products: &[Product]) -> Table {
    let mut table = Table::new(&[
        "站点",
        "款号",
        "ASIN",
        "更新内容",
        "更新日期",
        "负责人",
        "备注",
    ]);
    let mut dice = Dice::of("content");
    for product in products.iter().filter(|product| product.stage != "清仓") {
        for (kind, longest) in [("A+", 40.0), ("主图", 120.0), ("后台关键词", 80.0)] {
            let ago = i32::try_from(whole(
                dice.between(4.0, if product.focus { 20.0 } else { longest }),
            ))
            .unwrap_or(4);
            table.rows.push(vec![
                "美国".into(),
                product.code.into(),
                Cell::Empty,
                kind.into(),
                Cell::Day(day_after(date(2026, 2, 6), -ago).max(date(2025, 10, 9))),
                product.owner.into(),
                Cell::Empty,
            ]);
        }
    }
    let translated: Vec<Cell> = [
        "德国",
        "LM-D01",
        "",
        "翻译",
        "2025-11-18",
        "陈静",
        "德语标题与五点",
    ]
    .into_iter()
    .map(Cell::from)
    .collect();
    table.rows.push(translated);
    table
}
