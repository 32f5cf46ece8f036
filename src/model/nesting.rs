//! How rows lie in a nested document: paths, and what each row is made of. Plain values; knows no document.

use std::fmt;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// A member of an object.
    Name(Box<str>),
    /// Every member of an object that is an object or a list itself: `*`.
    Any,
    /// Every element of a list: `[]`.
    Each,
    /// One element of a list, counted from 0: `[18]`.
    At(u32),
}

/// A path through a document or a record: `products[].csv[1]`, `sellers.*`. The empty path is the thing itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Path(pub Vec<Segment>);

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a path: write names with dots between, `[]` or `[7]` behind a list, `*` for any member"
)]
pub struct BadPath(pub Box<str>);

impl Path {
    /// # Errors
    /// When a name is empty or a bracket does not close.
    pub fn parse(text: &str) -> Result<Self, BadPath> {
        let bad = || BadPath(text.into());
        let mut segments = Vec::new();
        for (n, part) in text.split('.').enumerate() {
            let (name, brackets) = match part.find('[') {
                Some(at) => part.split_at(at),
                None => (part, ""),
            };
            match name {
                "" if n == 0 && !brackets.is_empty() => {}
                "" => return Err(bad()),
                name if name.contains(']') => return Err(bad()),
                "*" => segments.push(Segment::Any),
                name => segments.push(Segment::Name(name.into())),
            }
            let mut rest = brackets;
            while !rest.is_empty() {
                let (inside, after) = rest
                    .strip_prefix('[')
                    .and_then(|open| open.split_once(']'))
                    .ok_or_else(bad)?;
                segments.push(match inside {
                    "" => Segment::Each,
                    digits => Segment::At(digits.parse().map_err(|_| bad())?),
                });
                rest = after;
            }
        }
        Ok(Self(segments))
    }

    /// How many of its segments stand before the first that has many: such a prefix leads to one place.
    pub fn n_fixed(&self) -> usize {
        let is_many = |segment: &Segment| matches!(segment, Segment::Each | Segment::Any);
        self.0.iter().position(is_many).unwrap_or(self.0.len())
    }

    /// With one more step behind it.
    #[must_use]
    pub fn then(&self, segment: Segment) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment);
        Self(segments)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, segment) in self.0.iter().enumerate() {
            let dot = if n == 0 { "" } else { "." };
            match segment {
                Segment::Name(name) => write!(f, "{dot}{name}")?,
                Segment::Any => write!(f, "{dot}*")?,
                Segment::Each => f.write_str("[]")?,
                Segment::At(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// What of a document becomes the rows of one table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Nesting {
    /// Where the records lie. A record that holds others of them is none itself.
    pub rows: Vec<Path>,
    /// Values from outside of the record that each row carries: label, and path from the top of the document. Where the
    /// record has the label itself, its own value stands.
    pub carried: Vec<(Box<str>, Path)>,
    /// Label under which the row carries its record's name: the members that lead to it from the last list on.
    pub key: Option<Box<str>>,
    /// Label under which the row carries its record's place in its list, counted from 1.
    pub position: Option<Box<str>>,
    /// Lists of a record whose elements are columns of their own, `[0]`, `[1]`, ..
    pub indexed: Vec<Path>,
    /// Parts of a record that are not read.
    pub left_out: Vec<Path>,
    /// Labels whose whole numbers count time.
    pub clocks: Vec<(Vec<Box<str>>, Clock)>,
    /// Where there are any, each of their points is a row, and of the record only what is carried is told.
    pub series: Vec<Series>,
    /// Numbers of a series that stand for the lack of one, and the word for each.
    pub absent: Vec<(Box<str>, Box<str>)>,
}

/// How whole numbers count time. Nought and less is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    pub unit_ms: i64,
    /// Milliseconds since 1970 at nought.
    pub since_ms: i64,
}

/// A flat list of points: time, value, or time and several values, again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// From the record.
    pub path: Path,
    /// Elements per point, the time among them.
    pub stride: usize,
    pub values: Vec<SeriesValue>,
}

/// One value of each point: a row of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesValue {
    /// Its place in the point; the time is at 0.
    pub offset: usize,
    pub metric: Box<str>,
    /// What the number counts; `text` where it is none.
    pub unit: Box<str>,
    pub sign: Sign,
    /// Whether the nesting's words for absence hold.
    pub may_lack: bool,
}

/// Which numbers a value of a point takes. Of the others it is nought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Any,
    /// Only those above nought.
    Positive,
    /// Only those below, without the sign.
    Negative,
}

impl Nesting {
    /// Labels that every row has, before those of the record.
    pub fn own_labels(&self) -> Vec<Box<str>> {
        let own = self.key.iter().chain(&self.position).cloned();
        let carried = self.carried.iter().map(|(label, _)| label.clone());
        let mut labels: Vec<Box<str>> = own.chain(carried).collect();
        if !self.series.is_empty() {
            labels.extend(SERIES_LABELS.iter().map(|label| Box::from(*label)));
        }
        labels
    }

    pub fn clock_of(&self, label: &str) -> Option<Clock> {
        let told = self
            .clocks
            .iter()
            .find(|(labels, _)| labels.iter().any(|known| &**known == label));
        told.map(|(_, clock)| *clock)
    }
}

/// Labels of the rows of a series: what is told, of which member (where the path has `*`), when, the number, its word
/// (a text, or why there is no number), and what it counts.
pub const SERIES_LABELS: [&str; 6] = ["metric", "member", "at", "value", "text", "unit"];

impl fmt::Display for Nesting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(first) = self.rows.first() {
            write!(f, "{first}")?;
        }
        if self.rows.len() > 1 {
            write!(f, " and {} more", self.rows.len() - 1)?;
        }
        if self.series.is_empty() {
            Ok(())
        } else {
            f.write_str(": series")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_parsed_and_printed() {
        for (text, n_segments, n_fixed) in [
            ("[]", 1, 0),
            ("a", 1, 1),
            ("products[].csv[1]", 4, 1),
            ("sellers.*", 2, 1),
            ("a.b[].*.c[]", 6, 2),
            ("a[][0]", 3, 1),
        ] {
            let path = Path::parse(text).unwrap();
            assert_eq!(
                (path.0.len(), path.n_fixed()),
                (n_segments, n_fixed),
                "{text}"
            );
            assert_eq!(path.to_string(), text);
        }
        for text in ["", ".", "a..b", "a[", "a]", "a[x]", "a[]b", "a.[]", "a[-1]"] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }
}
