//! What people read in place of the names of machines: titles of columns and sheets, units, and the few fixed words of
//! a workbook, in Chinese and English. Pure text; knows no format.

use crate::publish::Sheet;
use crate::publish::SheetColumn;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The language of titles and words. Values of the marts are never translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    Zh,
    En,
}

/// The fixed words of a workbook.
pub(super) struct Words {
    pub(super) file: &'static str,
    pub(super) contents: &'static str,
    pub(super) glossary: &'static str,
    pub(super) as_of: &'static str,
    pub(super) group: &'static str,
    pub(super) sheet: &'static str,
    pub(super) mart: &'static str,
    pub(super) rows: &'static str,
    pub(super) columns: &'static str,
    pub(super) note: &'static str,
    pub(super) title: &'static str,
    pub(super) column: &'static str,
    pub(super) unit: &'static str,
    pub(super) meaning: &'static str,
    pub(super) yes: &'static str,
    pub(super) no: &'static str,
    pub(super) colours: &'static str,
    pub(super) good: &'static str,
    pub(super) bad: &'static str,
    pub(super) act: &'static str,
    pub(super) doubt: &'static str,
    pub(super) owner: &'static str,
    pub(super) all: &'static str,
    pub(super) target: &'static str,
    pub(super) before: &'static str,
    pub(super) preliminary: &'static str,
    pub(super) figures: &'static str,
    pub(super) total: &'static str,
    pub(super) overview: &'static str,
    pub(super) figure: &'static str,
    pub(super) this: &'static str,
    pub(super) verdict: &'static str,
}

const ZH: Words = Words {
    file: "运营数据",
    contents: "目录",
    glossary: "字段说明",
    as_of: "数据截至",
    group: "分组",
    sheet: "工作表",
    mart: "表名",
    rows: "行数",
    columns: "列数",
    note: "备注",
    title: "字段",
    column: "列名",
    unit: "单位",
    meaning: "含义",
    yes: "是",
    no: "否",
    colours: "颜色说明",
    good: "达标",
    bad: "未达标",
    act: "有建议或变化显著，请处理",
    doubt: "数据不完整或未成熟，仅供参考",
    owner: "负责人",
    all: "全部",
    target: "目标",
    before: "上期",
    preliminary: "初步",
    figures: "数据",
    total: "合计",
    overview: "概览",
    figure: "指标",
    this: "本期",
    verdict: "判定",
};

const EN: Words = Words {
    file: "sellerlake",
    contents: "Contents",
    glossary: "Columns",
    as_of: "As of",
    group: "Group",
    sheet: "Sheet",
    mart: "Table",
    rows: "Rows",
    columns: "Columns",
    note: "Note",
    title: "Title",
    column: "Column",
    unit: "Unit",
    meaning: "Meaning",
    yes: "yes",
    no: "no",
    colours: "Colours",
    good: "On target",
    bad: "Off target",
    act: "Suggested or significant: look at it",
    doubt: "Incomplete or not mature: preliminary",
    owner: "Owner",
    all: "all",
    target: "target",
    before: "before",
    preliminary: "preliminary",
    figures: "Figures",
    total: "Total",
    overview: "Overview",
    figure: "Figure",
    this: "This period",
    verdict: "Verdict",
};

impl Lang {
    pub(super) const fn words(self) -> &'static Words {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }

    pub(super) fn meaning<'a>(self, column: &SheetColumn<'a>) -> &'a str {
        match self {
            Self::Zh => column.meaning_zh,
            Self::En => column.meaning,
        }
    }

    fn sheet_title<'a>(self, sheet: &Sheet<'a>) -> &'a str {
        let title = match self {
            Self::Zh => sheet.title_zh,
            Self::En => sheet.title,
        };
        if title.is_empty() { sheet.name } else { title }
    }

    /// What the contents say of rows that a worksheet has no room for.
    pub(super) fn cut(self, kept: Kept, of: usize) -> String {
        match (self, kept) {
            (Self::Zh, Kept::First(rows)) => format!("共 {of} 行，仅含前 {rows} 行；全部见 csv"),
            (Self::Zh, Kept::Last(rows)) => format!("共 {of} 行，仅含最后 {rows} 行；全部见 csv"),
            (Self::En, Kept::First(rows)) => format!("the first {rows} of {of} rows; csv has all"),
            (Self::En, Kept::Last(rows)) => format!("the last {rows} of {of} rows; csv has all"),
        }
    }

    /// What a line of a chart is called that shows what should be.
    pub fn target(self, figure: &str) -> String {
        format!("{} {figure}", self.words().target)
    }

    /// What a review says of rows that it does not show, before it says where they are.
    pub(super) fn more(self, rows: usize) -> String {
        match self {
            Self::Zh => format!("另有 {rows} 行："),
            Self::En => format!("And {rows} more rows:"),
        }
    }

    /// What the members are called that are not listed one by one.
    pub(super) fn others(self, n: usize) -> String {
        match self {
            Self::Zh => format!("其他 {n} 项"),
            Self::En => format!("{n} others"),
        }
    }

    /// The unit in words. One that is not in the list stands for itself.
    pub(in crate::publish) fn unit(self, unit: &str) -> &str {
        let known = UNITS.iter().find(|(name, ..)| *name == unit);
        match (self, known) {
            (_, None) => unit,
            (Self::Zh, Some((_, zh, _))) => zh,
            (Self::En, Some((_, _, en))) => en,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    First(usize),
    Last(usize),
}

/// Unit, Chinese, English.
const UNITS: &[(&str, &str, &str)] = &[
    ("UTC", "UTC 时间", "time in UTC"),
    ("campaigns", "个广告活动", "campaigns"),
    ("cartons", "箱", "cartons"),
    ("count", "个", "count"),
    (
        "currency",
        "金额，币种见“币种”列",
        "money, in the currency of the row",
    ),
    ("days", "天", "days"),
    ("fraction", "百分比", "percentage"),
    ("marketplaces", "个站点", "marketplaces"),
    ("probability", "概率", "probability"),
    ("products", "个款", "products"),
    ("rank", "名次", "rank"),
    ("ratio", "比值", "ratio"),
    ("searches/month", "次/月", "searches a month"),
    ("sources", "个来源", "sources"),
    ("stars", "星", "stars"),
    ("units", "件", "units"),
];

/// The title of each column, all different.
///
/// In Chinese it is the meaning up to its first comma and without what stands in brackets, where that tells it apart; a figure's twin (`x_prev`, `x_delta`) whose meaning is longer
/// than that is called after the figure. In English it is the name in words.
pub(super) fn titles(lang: Lang, columns: &[SheetColumn<'_>]) -> Vec<String> {
    let short: Vec<String> = match lang {
        Lang::Zh => chinese(columns),
        Lang::En => columns.iter().map(|column| english(column.name)).collect(),
    };
    let mut seen = BTreeSet::new();
    let mut titles = Vec::new();
    for (mut title, column) in short.into_iter().zip(columns) {
        // The only unit that neither the format of the cells nor the words of the title show.
        if column.unit == "UTC" {
            title.push_str(if lang == Lang::Zh {
                "（UTC）"
            } else {
                " (UTC)"
            });
        }
        if !seen.insert(title.clone()) {
            title = format!("{title} ({})", column.name);
            seen.insert(title.clone());
        }
        titles.push(title);
    }
    titles
}

fn chinese(columns: &[SheetColumn<'_>]) -> Vec<String> {
    let meanings: BTreeMap<&str, &str> = columns.iter().map(|c| (c.name, c.meaning_zh)).collect();
    let title = |column: &SheetColumn<'_>| {
        let short = clause(column.meaning_zh);
        if short.is_empty() {
            return column.name.to_owned();
        }
        let twin = TWINS_ZH.iter().find_map(|(ending, words)| {
            let base = column.name.strip_suffix(ending)?;
            meanings
                .get(base)
                .map(|meaning| format!("{}{words}", clause(meaning)))
        });
        match twin {
            Some(twin) if short != column.meaning_zh => twin,
            _ => short.to_owned(),
        }
    };
    let titles: Vec<String> = columns.iter().map(title).collect();
    let bare: Vec<String> = titles.iter().map(|title| without_asides(title)).collect();
    let is_one = |text: &String| bare.iter().filter(|other| *other == text).count() == 1;
    titles
        .into_iter()
        .zip(&bare)
        .map(|(title, bare)| {
            if is_one(bare) && !bare.is_empty() {
                bare.clone()
            } else {
                title
            }
        })
        .collect()
}

/// Characters of an aside that is no explanation.
const SHORT_ASIDE: usize = 4;

/// Without long explanations in brackets: a header is narrow, and its note has the whole meaning. Short ones tell
/// figures apart, such as when they were taken.
fn without_asides(title: &str) -> String {
    let mut out = String::new();
    let mut rest = title;
    while let Some((before, after)) = rest.split_once('（') {
        out.push_str(before);
        let Some((aside, behind)) = after.split_once('）') else {
            return title.to_owned();
        };
        if aside.chars().count() <= SHORT_ASIDE {
            out.push('（');
            out.push_str(aside);
            out.push('）');
        }
        rest = behind;
    }
    out.push_str(rest);
    out.trim().to_owned()
}

const TWINS_ZH: &[(&str, &str)] = &[("_delta", "变动"), ("_prev", "（上次）")];

fn clause(meaning: &str) -> &str {
    meaning
        .split(['，', '；', '：', '。', ',', ';', ':'])
        .next()
        .unwrap_or(meaning)
        .trim()
}

/// `buy_box_price_prev` is `Buy box price, before`.
pub fn english(name: &str) -> String {
    let (stem, ending) = TWINS_EN
        .iter()
        .find_map(|(ending, words)| Some((name.strip_suffix(ending)?, *words)))
        .unwrap_or((name, ""));
    let stem = stem.strip_prefix("n_").unwrap_or(stem);
    let words: Vec<String> = stem
        .split('_')
        .filter(|word| !word.is_empty())
        .map(word)
        .collect();
    let mut title = words.join(" ");
    if let Some(first) = title.get(..1) {
        let first = first.to_uppercase();
        title.replace_range(..1, &first);
    }
    title + ending
}

fn word(word: &str) -> String {
    let known = WORDS_EN.iter().find(|(name, _)| *name == word);
    known.map_or(word, |(_, written)| *written).to_owned()
}

const TWINS_EN: &[(&str, &str)] = &[
    ("_prev_month", ", month before"),
    ("_prev_year", ", year before"),
    ("_prev", ", before"),
    ("_delta", ", change"),
    ("_mom", " MoM"),
    ("_yoy", " YoY"),
];

/// Words that are not written as in a column name.
const WORDS_EN: &[(&str, &str)] = &[
    ("acos", "ACOS"),
    ("asin", "ASIN"),
    ("asins", "ASINs"),
    ("bsr", "BSR"),
    ("cpc", "CPC"),
    ("ctr", "CTR"),
    ("cvr", "CVR"),
    ("en", "(English)"),
    ("fba", "FBA"),
    ("fbm", "FBM"),
    ("fnsku", "FNSKU"),
    ("id", "ID"),
    ("kpi", "KPI"),
    ("moq", "MOQ"),
    ("roas", "ROAS"),
    ("sku", "SKU"),
    ("skus", "SKUs"),
    ("tacos", "TACOS"),
    ("zh", "(Chinese)"),
];

/// The name of each worksheet: its title without what Excel refuses, at most 31 UTF-16 units, unlike all others and
/// the reserved ones whatever the case.
pub(super) fn sheet_names(lang: Lang, sheets: &[&Sheet<'_>]) -> Vec<String> {
    let words = lang.words();
    // Excel keeps the name History for itself.
    let mut taken: BTreeSet<String> = [words.contents, words.glossary, "History"]
        .map(str::to_lowercase)
        .into();
    let mut names = Vec::new();
    for sheet in sheets {
        let plain = allowed(lang.sheet_title(sheet));
        let plain = if plain.is_empty() {
            allowed(sheet.name)
        } else {
            plain
        };
        let mut name = shortened(&plain, MAX_SHEET_NAME).to_owned();
        let mut nth = 2;
        while !taken.insert(name.to_lowercase()) {
            let ending = format!(" ({nth})");
            name = format!(
                "{}{ending}",
                shortened(&plain, MAX_SHEET_NAME - ending.len())
            );
            nth += 1;
        }
        names.push(name);
    }
    names
}

const MAX_SHEET_NAME: usize = 31;

fn allowed(title: &str) -> String {
    let apart = |c: char| {
        if "[]:*?/\\'".contains(c) || c.is_control() {
            ' '
        } else {
            c
        }
    };
    let apart: String = title.chars().map(apart).collect();
    apart.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The longest start of the text that has at most so many UTF-16 units.
pub(super) fn shortened(text: &str, units: usize) -> &str {
    // A byte or more stands behind every unit.
    if text.len() <= units {
        return text;
    }
    let mut left = units;
    for (at, c) in text.char_indices() {
        match left.checked_sub(c.len_utf16()) {
            Some(rest) => left = rest,
            None => return text.get(..at).unwrap_or(text).trim_end(),
        }
    }
    text
}

#[cfg(test)]
#[path = "label_tests.rs"]
mod tests;
