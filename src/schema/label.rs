//! When two header labels are the same label.

use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// A header label in the form in which labels are compared.
///
/// Full-width letters become plain, case goes, a trailing bracket that only names a currency goes (`(₹)`, `(USD)`, and
/// its mojibake), and of the rest only letters, digits, `+`, `#` and `%` stay. So byte order marks, non-breaking spaces,
/// emoji, dashes of all kinds and trailing blanks make no difference, while `Sales` and `Sales (#)` stay apart.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(Box<str>);

impl Label {
    pub fn of(text: &str) -> Self {
        // The bracket first: normalising would turn the last sign of a garbled ₹ into a digit.
        let plain: String = without_currency(text.trim()).nfkc().collect();
        let kept = without_currency(plain.trim())
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, '+' | '#' | '%'))
            .flat_map(char::to_lowercase)
            .collect::<String>();
        Self(kept.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Codes that a trailing bracket may hold.
const CODES: &[&str] = &[
    "AED", "AUD", "BRL", "CAD", "CNY", "EGP", "EUR", "GBP", "INR", "JPY", "MXN", "PLN", "SAR",
    "SEK", "SGD", "TRY", "USD", "ZAR", "Rs.", "Rs", "kr", "TL",
];

fn without_currency(text: &str) -> &str {
    let Some((before, inside)) = text
        .strip_suffix(')')
        .and_then(|open| open.rsplit_once('('))
    else {
        return text;
    };
    let only_signs = !inside.is_empty()
        && inside.chars().count() <= 4
        && inside
            .chars()
            .all(|c| !c.is_ascii_alphanumeric() && !matches!(c, '#' | '%') && (c as u32) < 0x2E80)
        || matches!(
            inside,
            "R$" | "A$" | "C$" | "S$" | "US$" | "AU$" | "CA$" | "MX$" | "JP¥" | "zł"
        );
    if only_signs || CODES.contains(&inside) {
        before
    } else {
        text
    }
}

/// A pattern over labels: a label as written, with `*` for any run of characters.
#[derive(Clone, PartialEq, Eq)]
pub struct LabelPattern {
    /// As written in the schema, for messages.
    pub text: Box<str>,
    parts: Vec<Label>,
    open_start: bool,
    open_end: bool,
}

impl LabelPattern {
    pub fn of(text: &str) -> Self {
        Self {
            text: text.into(),
            parts: text
                .split('*')
                .map(Label::of)
                .filter(|part| !part.is_empty())
                .collect(),
            open_start: text.starts_with('*'),
            open_end: text.ends_with('*'),
        }
    }

    pub fn matches(&self, label: &Label) -> bool {
        let mut rest = label.as_str();
        for (n, part) in self.parts.iter().enumerate() {
            let found = match rest.find(part.as_str()) {
                Some(at) if n > 0 || self.open_start || at == 0 => at,
                _ => return false,
            };
            rest = &rest[found + part.as_str().len()..];
        }
        self.open_end
            || rest.is_empty()
            || (self.parts.len() > 1 || self.open_start)
                && self
                    .parts
                    .last()
                    .is_some_and(|last| label.as_str().ends_with(last.as_str()))
    }
}

impl fmt::Debug for LabelPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_compared_without_their_dress() {
        for (a, b) in [
            ("\u{feff}Date", "date"),
            ("7 Day Total Sales ", "7 Day Total Sales"),
            ("14 Day Total Sales (₹)", "14 Day Total Sales"),
            ("14 Day Total Sales (â‚¹)", "14 Day Total Sales"),
            ("Spend(USD)", "Spend"),
            ("Buy Box 🚚: Current", "Buy Box: Current"),
            ("Buy Box ??: Current", "Buy Box : Current"),
            ("Sessions – Total", "Sessions - Total"),
            ("（父）ASIN", "(父)ASIN"),
            ("去年每次点击成本(CPC)", "去年每次点击成本 (CPC)"),
            ("afn-fulfillable-quantity", "AFN Fulfillable Quantity"),
            ("月新增\n评分数", "月新增 评分数"),
        ] {
            assert_eq!(Label::of(a), Label::of(b), "{a} ~ {b}");
        }
        for (a, b) in [
            (
                "14 Day Total Sales - (Click)",
                "14 Day Total Sales (#) - (Click)",
            ),
            ("7 Day Total Sales", "14 Day Total Sales"),
            ("CTR(%)", "CTR"),
            (
                "预计错失的展示量范围（最小值）",
                "预计错失的展示量范围（最大值）",
            ),
        ] {
            assert_ne!(Label::of(a), Label::of(b), "{a} !~ {b}");
        }
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, label, expected) in [
            ("*New-to-brand*", "14 Day New-to-brand Sales", true),
            ("*New-to-brand*", "New-to-brand detail page views", true),
            ("Cost type", "Cost Type", true),
            ("Cost type", "Cost types", false),
            ("* - (Click)", "14 Day Total Sales - (Click)", true),
            ("* - (Click)", "Click-Thru Rate (CTR)", false),
            ("Sales Rank: *", "Sales Rank: 30 days avg.", true),
            ("*: Current", "Sales Rank: Current", true),
            ("a*b", "axxb", true),
            ("a*b", "axxbc", false),
        ] {
            assert_eq!(
                LabelPattern::of(pattern).matches(&Label::of(label)),
                expected,
                "{pattern} on {label}"
            );
        }
    }
}
