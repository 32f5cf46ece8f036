//! What a file's place in the inbox says: rules by glob, and the convention `<account>/<marketplace>/<YYYY-MM-DD>/`.

use crate::model::market::Market;
use jiff::civil::Date;
use regex::Regex;

/// A pattern over paths relative to the inbox, with `/` between folders: `*` within a folder, `**` over several, `?`.
#[derive(Debug, Clone)]
pub struct Glob {
    pub text: Box<str>,
    regex: Regex,
}

impl Glob {
    /// # Errors
    /// When the pattern is too large to be one.
    pub fn parse(text: &str) -> Result<Self, regex::Error> {
        let mut pattern = String::from("(?i)^");
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("**/") {
                pattern.push_str("(?:.*/)?");
                rest = after;
                continue;
            }
            if let Some(after) = rest.strip_prefix("**") {
                pattern.push_str(".*");
                rest = after;
                continue;
            }
            match c {
                '*' => pattern.push_str("[^/]*"),
                '?' => pattern.push_str("[^/]"),
                _ => pattern.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
            }
            rest = &rest[c.len_utf8()..];
        }
        pattern.push('$');
        Ok(Self {
            text: text.into(),
            regex: Regex::new(&pattern)?,
        })
    }

    /// Whether the pattern matches the path, or the file's name alone when the pattern has no `/`.
    pub fn matches(&self, path: &str) -> bool {
        let subject = if self.text.contains('/') {
            path
        } else {
            path.rsplit('/').next().unwrap_or(path)
        };
        self.regex.is_match(subject)
    }
}

/// What the files of a pattern do not tell themselves.
#[derive(Debug, Clone)]
pub struct InboxRule {
    pub files: Glob,
    pub account: Option<Box<str>>,
    pub market: Option<Market>,
    /// The days, both included, that the files cover.
    pub period: Option<(Date, Date)>,
}

/// Files that are nobody's reports.
#[derive(Debug, Clone)]
pub struct IgnoreRule {
    pub files: Glob,
}

/// What folders say of the files in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderFacts {
    pub account: Option<Box<str>>,
    pub market: Option<Market>,
    pub day: Option<Date>,
    pub period: Option<(Date, Date)>,
}

/// Reads rules first, then the convention: an account stands right above a marketplace, a day anywhere below.
/// `path` is relative to the inbox and ends in the file's name.
pub fn folder_facts(rules: &[InboxRule], path: &str) -> FolderFacts {
    let folders: Vec<&str> = path.split('/').collect();
    let folders = &folders[..folders.len().saturating_sub(1)];
    let mut facts = FolderFacts::default();
    for (n, folder) in folders.iter().enumerate() {
        if let Some(market) = Market::by_code(folder) {
            facts.market = Some(market);
            facts.account = n.checked_sub(1).map(|above| folders[above].into());
        }
        if let Ok(day) = folder.parse::<Date>()
            && folder.len() == 10
        {
            facts.day = Some(day);
        }
    }
    for rule in rules.iter().filter(|rule| rule.files.matches(path)) {
        facts.account = rule.account.clone().or(facts.account);
        facts.market = rule.market.or(facts.market);
        facts.period = rule.period.or(facts.period);
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (glob, path, expected) in [
            ("*.pdf", "a/b/c.PDF", true),
            ("notes/*", "notes/x.csv", true),
            ("notes/*", "notes/deep/x.csv", false),
            ("notes/**", "notes/deep/x.csv", true),
            ("**/tmp/*", "tmp/x", true),
            ("**/tmp/*", "a/tmp/x", true),
            ("a?c.csv", "abc.csv", true),
            ("a.c", "abc", false),
        ] {
            assert_eq!(
                Glob::parse(glob).unwrap().matches(path),
                expected,
                "{glob} on {path}"
            );
        }
    }

    #[test]
    fn folders_speak_and_rules_speak_louder() {
        let facts = folder_facts(&[], "lumora/US/2026-02-02/x.csv");
        assert_eq!(facts.account.as_deref(), Some("lumora"));
        assert_eq!(facts.market.map(Market::code), Some("US"));
        assert_eq!(facts.day, Some(jiff::civil::date(2026, 2, 2)));
        assert_eq!(
            folder_facts(&[], "some/where/x.csv"),
            FolderFacts::default()
        );
        let rule = InboxRule {
            files: Glob::parse("keepa/**").unwrap(),
            account: Some("other".into()),
            market: Market::by_code("DE"),
            period: None,
        };
        let facts = folder_facts(&[rule], "keepa/US/x.csv");
        assert_eq!(
            (facts.account.as_deref(), facts.market.map(Market::code)),
            (Some("other"), Some("DE"))
        );
    }
}
