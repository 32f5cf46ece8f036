//! What a table's cells decide about its columns, and what is asked.

use crate::decode::Field;
use crate::decode::decode;
use crate::decode::evidence::Evidence;
use crate::decode::number::DecimalSign;
use crate::decode::style::Asked;
use crate::decode::style::Prior;
use crate::decode::tests::MONEY;
use crate::decode::tests::PERCENT;
use crate::decode::tests::column;
use crate::decode::tests::days;
use crate::decode::tests::decimals;
use crate::decode::tests::field_of;
use crate::decode::tests::texts;
use crate::model::logical_type::LogicalType;
use crate::model::market::DateOrder;
use crate::model::market::Market;

#[test]
fn the_whole_column_decides_the_decimal_sign() {
    use DecimalSign::Comma;
    use DecimalSign::Point;
    for (ty, cells, sign, reason) in [
        (
            MONEY,
            &["1.234", "€1.234,56", "12"][..],
            Some(Comma),
            "decimal comma, grouped by point (1 cells like €1.234,56)",
        ),
        (
            MONEY,
            &["$6.0", "1,234"],
            Some(Point),
            "decimal point, grouped by comma (1 cells like $6.0)",
        ),
        (
            MONEY,
            &["0,75", "6 892"],
            Some(Comma),
            "decimal comma, grouped by blank (1 cells like 0,75)",
        ),
        (
            MONEY,
            &["2,31,833.18"],
            Some(Point),
            "decimal point, grouped by comma (1 cells like 2,31,833.18)",
        ),
        (MONEY, &["12", "7"], None, ""),
        (
            MONEY,
            &["1,234"],
            None,
            "undecided between decimal point and comma (1 cells like 1,234)",
        ),
        (
            MONEY,
            &["1,5", "2.5", "3.5"],
            Some(Point),
            "decimal point (2 cells like 2.5, against 1 like 1,5)",
        ),
        (
            MONEY,
            &["￥4,907", "￥980"],
            Some(Point),
            "decimal point, grouped by comma (three digits behind a lone separator are a group, for the currency has no fractions)",
        ),
        (
            LogicalType::Integer,
            &["1,807"],
            Some(Point),
            "decimal point, grouped by comma (1 cells like 1,807)",
        ),
        (
            LogicalType::Integer,
            &["1.807"],
            Some(Comma),
            "decimal comma, grouped by point (1 cells like 1.807)",
        ),
        (
            LogicalType::Integer,
            &["1.000"],
            Some(Comma),
            "decimal comma, grouped by point (three digits behind a lone separator are a group, for these are whole numbers)",
        ),
        (
            LogicalType::Integer,
            &["1.000", "12.0"],
            Some(Point),
            "decimal point (1 cells like 12.0)",
        ),
        (
            LogicalType::Bounded,
            &[">100,000", "43"],
            Some(Point),
            "decimal point, grouped by comma (three digits behind a lone separator are a group, for these are whole numbers)",
        ),
        (
            PERCENT,
            &["1.158%", "37.3"],
            Some(Point),
            "decimal point (1 cells like 37.3); 1 cells with %, 1 without",
        ),
    ] {
        let (decision, _) = column(ty, cells, Prior::default());
        assert_eq!(decision.styles[0].to_string(), reason, "{ty} {cells:?}");
        assert_eq!(decision.styles[0].decimal, sign, "{ty} {cells:?}");
    }
}

#[test]
fn kinds_of_columns_are_decided_apart() {
    // A German business report: money in German, counts and shares in English.
    let fields = [
        MONEY,
        LogicalType::Integer,
        PERCENT,
        MONEY,
        LogicalType::Ratio,
    ]
    .map(|ty| field_of(0, ty));
    let fields: Vec<Field> = fields
        .into_iter()
        .enumerate()
        .map(|(source, field)| Field { source, ..field })
        .collect();
    let chunk = texts([
        ["5.255,61 €", "1,807", "2.32%", "1.299 €", "1.234"],
        ["0,00 €", "7", "1.158%", "2.000 €", "2"],
    ]);
    let mut evidence = Evidence::of(&fields);
    evidence.observe(&chunk);
    let decision = evidence.decide(Prior::default());
    let signs: Vec<_> = decision.styles.iter().map(|style| style.decimal).collect();
    let (point, comma) = (Some(DecimalSign::Point), Some(DecimalSign::Comma));
    assert_eq!(signs, [comma, point, point, comma, comma]);
    assert!(decision.questions.is_empty());
    assert_eq!(
        decision.money_signs.into_iter().collect::<Vec<_>>(),
        [("€", 4)]
    );
    assert_eq!(
        decision.styles[3].to_string(),
        "decimal comma, grouped by point (as the file's other amounts of money)"
    );
}

#[test]
fn what_nothing_decides_is_asked_and_not_guessed() {
    let (decision, decoded) = column(MONEY, &["1,234", "5", "2,500"], Prior::default());
    assert_eq!(decision.questions[0].asked, Asked::DecimalSign);
    assert_eq!(
        decision.questions[0].to_string(),
        "column \"money column\": does the separator stand before a fraction or between thousands in 1,234, 2,500? No cell of the file says so"
    );
    assert_eq!(decimals(&decoded), [None, Some(500), None]);
    assert_eq!(decoded.bad.len(), 2);

    let answered = Prior {
        decimal: Some(DecimalSign::Point),
        ..Prior::default()
    };
    let (decision, decoded) = column(MONEY, &["1,234", "5"], answered);
    assert!(decision.questions.is_empty());
    assert_eq!(decimals(&decoded), [Some(123_400), Some(500)]);
}

#[test]
fn as_many_cells_for_as_against_are_asked_about() {
    for (ty, cells, words) in [
        (
            MONEY,
            ["1,5", "2.5"],
            "undecided between decimal point and comma (1 cells like 2.5 and 1 cells like 1,5)",
        ),
        (
            LogicalType::Date,
            ["13/01/2026", "01/13/2026"],
            "undecided between day and month first (1 cells like 13/01/2026 and 1 cells like 01/13/2026)",
        ),
    ] {
        let (decision, _) = column(ty, &cells, Prior::default());
        assert_eq!(decision.styles[0].to_string(), words);
        assert_eq!(decision.questions[0].examples.len(), 2);
    }
}

#[test]
fn the_order_of_dates_is_decided_by_the_column_the_file_the_user_or_the_market() {
    use DateOrder::DayFirst;
    use DateOrder::MonthFirst;
    let market = |code| Prior {
        market: Market::by_code(code),
        ..Prior::default()
    };
    let answer = Prior {
        date_order: Some(DayFirst),
        ..market("US")
    };
    for (cells, prior, order, reason) in [
        (
            &["05/01/2026", "31/01/2026"][..],
            market("US"),
            Some(DayFirst),
            "day first, 1 cells like 31/01/2026",
        ),
        (
            &["05/01/2026", "01/31/2026"],
            market("DE"),
            Some(MonthFirst),
            "month first, 1 cells like 01/31/2026",
        ),
        (
            &["05/01/2026"],
            market("DE"),
            Some(DayFirst),
            "day first, as the marketplace DE writes",
        ),
        (
            &["05/01/2026"],
            market("US"),
            Some(MonthFirst),
            "month first, as the marketplace US writes",
        ),
        (
            &["05/01/2026"],
            answer,
            Some(DayFirst),
            "day first, as was answered",
        ),
        (
            &["05/01/2026"],
            market("JP"),
            None,
            "undecided between day and month first (1 cells like 05/01/2026)",
        ),
        (
            &["2026-01-05"],
            market("US"),
            None,
            "each cell tells its order (like 2026-01-05)",
        ),
        (&["05/05/2026"], Prior::default(), None, ""),
    ] {
        let (decision, decoded) = column(LogicalType::Date, cells, prior);
        assert_eq!(decision.styles[0].to_string(), reason, "{cells:?}");
        assert_eq!(decision.styles[0].order, order, "{cells:?}");
        assert_eq!(
            decision.questions.len(),
            usize::from(reason.starts_with("undecided")),
            "{cells:?}"
        );
        assert_eq!(decoded.bad.len(), decision.questions.len(), "{cells:?}");
    }
    let fields: Vec<Field> = (0..2)
        .map(|source| field_of(source, LogicalType::Date))
        .collect();
    let chunk = texts([["05/01/2026", "31/01/2026"]]);
    let mut evidence = Evidence::of(&fields);
    evidence.observe(&chunk);
    let decision = evidence.decide(market("US"));
    assert_eq!(
        decision.styles[0].to_string(),
        "day first, as the file's other dates"
    );
    assert_eq!(
        days(&decode(&fields, &decision.styles, &chunk)),
        [Some(20_458)]
    );
}
