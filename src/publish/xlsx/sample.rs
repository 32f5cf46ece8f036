//! A small sheet with a cell of every kind, for the tests of all targets.

use crate::publish::Sheet;
use crate::publish::SheetColumn;
use arrow::array::ArrayRef;
use arrow::array::BooleanArray;
use arrow::array::Date32Array;
use arrow::array::Decimal128Array;
use arrow::array::Float64Array;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::array::TimestampMillisecondArray;
use std::sync::Arc;

pub(in crate::publish) fn batch() -> RecordBatch {
    let text = |values: [Option<&str>; 3]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let spend = Decimal128Array::from(vec![Some(12_345_000), Some(-700), None]);
    let observed = vec![Some(1_770_886_800_000), Some(1_770_886_800_250), None];
    RecordBatch::try_from_iter([
        (
            "month",
            Arc::new(Date32Array::from(vec![Some(20_454), Some(20_485), None])) as ArrayRef,
        ),
        (
            "week_start",
            Arc::new(Date32Array::from(vec![Some(20_457), Some(20_492), None])) as _,
        ),
        (
            "search_term",
            text([Some("=HYPERLINK(\"http://x\")"), Some("行李箱"), None]),
        ),
        (
            "campaign_id",
            text([Some("0123456789012345678"), Some("7"), None]),
        ),
        (
            "clicks",
            Arc::new(Int64Array::from(vec![Some(12), Some(3), None])) as _,
        ),
        (
            "spend",
            Arc::new(spend.with_precision_and_scale(18, 4).unwrap()) as _,
        ),
        (
            "acos",
            Arc::new(Float64Array::from(vec![Some(0.2503), Some(f64::NAN), None])) as _,
        ),
        (
            "on_target",
            Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])) as _,
        ),
        ("suggestion", text([Some("negate_exact"), None, None])),
        (
            "observed_at",
            Arc::new(TimestampMillisecondArray::from(observed)) as _,
        ),
        (
            "big",
            Arc::new(Int64Array::from(vec![
                Some(9_007_199_254_740_993),
                Some(15),
                None,
            ])) as _,
        ),
        ("left_out", text([None, None, None])),
    ])
    .unwrap()
}

pub(in crate::publish) fn sheet(batch: &RecordBatch) -> Sheet<'_> {
    let columns = [
        ("month", "First day of the month", "月份", ""),
        ("week_start", "First day of the week", "周起始日", ""),
        ("search_term", "What the customer searched", "搜索词", ""),
        ("campaign_id", "Id of the campaign", "广告活动编号", ""),
        ("clicks", "Clicks", "点击量", "count"),
        ("spend", "Ad spend", "广告花费", "currency"),
        (
            "acos",
            "Spend / attributed sales",
            "ACOS，无销售时为空",
            "fraction",
        ),
        ("on_target", "At or under target", "是否达标", ""),
        ("suggestion", "What to do", "建议：否定精准、否定商品", ""),
        ("observed_at", "When this was observed", "观测时间", "UTC"),
        ("big", "A number with many digits", "大数", "count"),
    ];
    let column = |(name, meaning, meaning_zh, unit)| SheetColumn {
        name,
        meaning,
        meaning_zh,
        unit,
    };
    Sheet {
        name: "wasted_keyword",
        title: "Wasted keywords",
        title_zh: "浪费词",
        group: "竞品与关键词周报",
        columns: columns.map(column).into(),
        batch,
    }
}
