use super::*;
use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use std::sync::Arc;

fn column<'a>(name: &'a str, meaning_zh: &'a str) -> SheetColumn<'a> {
    let unit = if name == "observed_at" { "UTC" } else { "" };
    SheetColumn {
        name,
        meaning: "",
        meaning_zh,
        unit,
    }
}

#[test]
fn chinese_titles() {
    let cases = [
        ("week_start", "周起始日", "周起始日"),
        ("acos", "ACOS，无销售时为空", "ACOS"),
        ("status", "状态：进入、退出", "状态"),
        ("bsr", "BSR 排名，越小越好", "BSR 排名"),
        ("bsr_prev", "BSR 排名，越小越好（上次）", "BSR 排名（上次）"),
        (
            "bsr_delta",
            "BSR 排名，越小越好变动，不可比为空",
            "BSR 排名变动",
        ),
        ("rank_kind", "本次排名类型，空为未观测", "本次排名类型"),
        ("rank_kind_prev", "上次排名类型", "上次排名类型"),
        ("spend_prev_month", "广告花费（上月）", "广告花费（上月）"),
        ("observed_at", "观测时间", "观测时间（UTC）"),
        ("source", "来源", "来源"),
        (
            "source_kind",
            "来源：日数据或整月报表",
            "来源 (source_kind)",
        ),
        ("review_count", "评论数（整个变体家族）", "评论数"),
        ("sales", "销售额（不含税）", "销售额（不含税）"),
        (
            "rank_a",
            "自然排名（最近一次观测）",
            "自然排名（最近一次观测）",
        ),
        ("rank_b", "自然排名（按七天平均）", "自然排名（按七天平均）"),
        ("unknown", "", "unknown"),
    ];
    let columns: Vec<SheetColumn<'_>> = cases.iter().map(|(n, m, _)| column(n, m)).collect();
    let expected: Vec<&str> = cases.iter().map(|(.., title)| *title).collect();
    assert_eq!(titles(Lang::Zh, &columns), expected);
}

#[test]
fn english_titles() {
    for (name, expected) in [
        ("week_start", "Week start"),
        ("acos", "ACOS"),
        ("target_acos", "Target ACOS"),
        ("buy_box_price_prev", "Buy box price, before"),
        ("bsr_avg_30d_delta", "BSR avg 30d, change"),
        ("spend_prev_month", "Spend, month before"),
        ("acos_yoy", "ACOS YoY"),
        ("n_campaigns", "Campaigns"),
        ("reason_zh", "Reason (Chinese)"),
        ("observed_at", "Observed at (UTC)"),
    ] {
        assert_eq!(titles(Lang::En, &[column(name, "")]), [expected]);
    }
}

#[test]
fn tables_of_words_are_sorted_and_unique() {
    assert!(UNITS.is_sorted_by(|a, b| a.0 < b.0));
    assert!(WORDS_EN.is_sorted_by(|a, b| a.0 < b.0));
}

#[test]
fn names_of_sheets_are_what_excel_allows() {
    let batch = RecordBatch::new_empty(Arc::new(Schema::empty()));
    let sheet = |title| Sheet {
        name: "mart",
        title,
        title_zh: "",
        group: "",
        columns: Vec::new(),
        batch: &batch,
    };
    let cases = [
        ("ACOS trend", "ACOS trend"),
        ("acos TREND", "acos TREND (2)"),
        ("contents", "contents (2)"),
        ("History", "History (2)"),
        ("a/b [c]: 'd'?", "a b c d"),
        ("", "mart"),
        ("[]", "mart (2)"),
        (
            "a title that is much longer than Excel allows",
            "a title that is much longer tha",
        ),
        (
            "a title that is much longer than that",
            "a title that is much longer (2)",
        ),
        (
            "🧳🧳🧳🧳🧳🧳🧳🧳🧳🧳🧳🧳🧳🧳🧳🧳",
            "🧳🧳🧳🧳🧳🧳🧳🧳🧳🧳🧳🧳🧳🧳🧳",
        ),
    ];
    let sheets: Vec<Sheet<'_>> = cases.iter().map(|(title, _)| sheet(*title)).collect();
    let expected: Vec<&str> = cases.iter().map(|(_, name)| *name).collect();
    assert_eq!(
        sheet_names(Lang::En, &sheets.iter().collect::<Vec<_>>()),
        expected
    );
}
