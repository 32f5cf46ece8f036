//! Seeds that are short enough to be written down row by row.

use crate::cerebro::keyword;
use crate::sheet::Cell;
use crate::sheet::Table;
use crate::shop::ACCOUNT;

pub(crate) fn promotions() -> Table {
    Table::of_texts(
        &[
            "站点",
            "款号",
            "开始日期",
            "结束日期",
            "活动类型",
            "预计销量倍数",
            "负责人",
            "备注",
        ],
        &[
            &[
                "美国",
                "",
                "2025-11-24",
                "2025-11-30",
                "黑五网一",
                "1.5",
                "陈静",
                "全店",
            ],
            &[
                "美国",
                "LM-D01",
                "2025-12-12",
                "2025-12-14",
                "优惠券",
                "1.8",
                "陈静",
                "券 15%",
            ],
            &[
                "德国",
                "",
                "2025-11-24",
                "2025-11-30",
                "黑五网一",
                "1.5",
                "陈静",
                "全店",
            ],
            &[
                "美国",
                "LM-N01",
                "2026-02-20",
                "2026-02-26",
                "7天促销",
                "1.6",
                "王敏",
                "",
            ],
            &[
                "美国",
                "LM-N04",
                "2026-02-10",
                "2026-03-10",
                "优惠券",
                "1.4",
                "王敏",
                "清仓",
            ],
        ],
    )
}

/// Invented, near the market. The euro of February 2026 is missing on purpose.
pub(crate) fn fx_rates() -> Table {
    Table::of_texts(
        &["Month", "Currency", "Rate", "Base currency"],
        &[
            &["2025-11-01", "USD", "7.11250000", "CNY"],
            &["2025-11-01", "EUR", "8.21630000", "CNY"],
            &["2025-12-01", "USD", "7.06120000", "CNY"],
            &["2025-12-01", "EUR", "8.25740000", "CNY"],
            &["2026-01-01", "USD", "7.01850000", "CNY"],
            &["2026-01-01", "EUR", "8.22910000", "CNY"],
            &["2026-02-01", "USD", "7.00460000", "CNY"],
        ],
    )
}

pub(crate) fn taxes() -> Table {
    Table::of_texts(
        &["Marketplace", "Valid from", "Rate"],
        &[&["US", "", "0%"], &["DE", "2021-01-01", "19%"]],
    )
}

pub(crate) fn restock() -> Table {
    Table::of_texts(
        &[
            "库存池",
            "SKU",
            "采购周期(天)",
            "头程时效(天)",
            "箱规",
            "起订量",
            "安全库存(天)",
            "运输方式",
        ],
        &[
            &["US", "", "25", "32", "24", "300", "10", "海运"],
            &["EU", "", "25", "28", "24", "200", "10", "铁路"],
            &["US", "LM-D02-BK-US", "30", "14", "12", "200", "10", "空运"],
            &["US", "LM-D02-WH-US", "30", "14", "12", "200", "10", "空运"],
            &["US", "LM-N01-2P-US", "18", "32", "48", "500", "7", "海运"],
            &["US", "LM-N04-WH-US", "18", "32", "48", "500", "0", "海运"],
        ],
    )
}

pub(crate) fn stock_elsewhere() -> Table {
    Table::of_texts(
        &[
            "库存池",
            "款号",
            "SKU",
            "库存位置",
            "数量",
            "可用日期",
            "盘点日期",
            "备注",
        ],
        &[
            &[
                "US",
                "LM-D02",
                "LM-D02-BK-US",
                "国内仓",
                "240",
                "",
                "2026-02-06",
                "",
            ],
            &[
                "US",
                "LM-D02",
                "LM-D02-WH-US",
                "在产",
                "400",
                "2026-02-28",
                "2026-02-06",
                "春节后交货",
            ],
            &[
                "US",
                "LM-D01",
                "LM-D01-BK-US",
                "海外仓",
                "180",
                "",
                "2026-02-06",
                "洛杉矶",
            ],
            &[
                "US",
                "LM-N01",
                "LM-N01-2P-US",
                "国内仓",
                "480",
                "",
                "2026-02-06",
                "",
            ],
            &[
                "EU",
                "LM-D01",
                "LM-D01-BK-DE",
                "国内仓",
                "96",
                "",
                "2026-02-06",
                "",
            ],
            &[
                "US",
                "LM-D01",
                "LM-D01-BK-US",
                "海外仓",
                "260",
                "",
                "2026-01-23",
                "洛杉矶",
            ],
        ],
    )
}

pub(crate) fn transport() -> Table {
    Table::of_texts(
        &["Marketplace", "Mode", "Days", "Cost per kg", "Currency"],
        &[
            &["US", "sea", "32", "11.50", "CNY"],
            &["US", "fast_sea", "22", "16.00", "CNY"],
            &["US", "air", "14", "42.00", "CNY"],
            &["US", "express", "7", "55.00", "CNY"],
            &["DE", "sea", "45", "9.80", "CNY"],
            &["DE", "rail", "28", "18.50", "CNY"],
            &["DE", "air", "12", "46.00", "CNY"],
        ],
    )
}

/// Twelve factors for everything of a marketplace, and a stronger winter for night lights in the US.
pub(crate) fn season() -> Table {
    let mut table = Table::new(&["Marketplace", "Product", "Month number", "Factor", "Note"]);
    let year = [
        "1.0", "0.98", "0.95", "0.92", "0.9", "0.9", "0.95", "1.05", "1.0", "0.95", "1.25", "1.15",
    ];
    for market in ["US", "DE"] {
        for (month, factor) in (1_i64..).zip(year) {
            table.rows.push(vec![
                market.into(),
                Cell::Empty,
                month.into(),
                factor.into(),
                Cell::Empty,
            ]);
        }
    }
    for (month, factor) in [(1_i64, "1.1"), (11, "1.3"), (12, "1.3")] {
        table.rows.push(vec![
            "US".into(),
            "LM-N01".into(),
            month.into(),
            factor.into(),
            "long nights".into(),
        ]);
    }
    table
}

pub(crate) fn keyword_basket() -> Table {
    let mut table = Table::new(&["Marketplace", "Product", "Keyword"]);
    for n in [
        0, 1, 2, 3, 5, 7, 10, 11, 12, 17, 20, 23, 30, 35, 42, 50, 60, 66,
    ] {
        table
            .rows
            .push(vec!["US".into(), "LM-D01".into(), keyword(n).into()]);
    }
    table
}

pub(crate) fn expected_reports() -> Table {
    let mut table = Table::new(&[
        "Report",
        "Account",
        "Marketplace",
        "Cadence days",
        "Owner",
        "Note",
    ]);
    let reports = [
        ("amazon-ads/sp-search-term", 7, "陈静"),
        ("amazon-ads/sp-campaign", 7, "陈静"),
        ("amazon-ads/sb-campaign", 7, "陈静"),
        ("amazon-ads/sd-campaign", 7, "陈静"),
        ("seller-central/manage-fba-inventory", 7, "李强"),
        ("seller-central/fba-customer-returns", 14, "李强"),
        ("seller-central/business-report-child", 31, "王敏"),
        ("keepa/table-export", 7, "王敏"),
    ];
    for market in ["US", "DE"] {
        for (report, cadence, owner) in reports {
            let cells = [
                report.into(),
                ACCOUNT.into(),
                market.into(),
                Cell::Count(cadence),
                owner.into(),
                Cell::Empty,
            ];
            table.rows.push(cells.into());
        }
    }
    let cerebro = [
        "helium10/cerebro".into(),
        ACCOUNT.into(),
        "US".into(),
        Cell::Count(7),
        "王敏".into(),
        Cell::Empty,
    ];
    table.rows.push(cerebro.into());
    table
}
