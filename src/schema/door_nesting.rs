//! The rest of the door: where rows lie in nested documents, and what their numbers count.

use crate::model::nesting::Clock;
use crate::model::nesting::Nesting;
use crate::model::nesting::Path;
use crate::model::nesting::SERIES_LABELS;
use crate::model::nesting::Series;
use crate::model::nesting::SeriesValue;
use crate::model::nesting::Sign;
use crate::schema::Divisor;
use crate::schema::Step;
use crate::schema::door::Door;
use crate::schema::wire::WireClock;
use crate::schema::wire::WireNesting;
use crate::schema::wire::WireSeries;
use crate::schema::wire::WireStep;
use jiff::Timestamp;
use toml::Spanned;

/// Units of time by name, in milliseconds.
const UNITS: &[(&str, i64)] = &[
    ("milliseconds", 1),
    ("seconds", 1000),
    ("minutes", 60_000),
    ("hours", 3_600_000),
    ("days", 86_400_000),
];

const SIGNS: &[(&str, Sign)] = &[("positive", Sign::Positive), ("negative", Sign::Negative)];

impl Door<'_> {
    pub(super) fn nesting(&mut self, spanned: &Spanned<WireNesting>) -> Nesting {
        let (at, wire) = (spanned.span().start, spanned.get_ref());
        if wire.rows.is_empty() {
            self.fault(at, "[json] says in `rows` where the records lie");
        }
        let rows = self.paths(&wire.rows);
        let mut carried = Vec::new();
        for (label, path) in &wire.carry {
            if let Some(path) = self.path(path) {
                carried.push((label.as_str().into(), path));
            }
        }
        let nesting = Nesting {
            rows,
            carried,
            key: wire.key.as_deref().map(Into::into),
            position: wire.position.as_deref().map(Into::into),
            indexed: self.paths(&wire.indexed),
            left_out: self.paths(&wire.left_out),
            clocks: wire
                .clock
                .iter()
                .filter_map(|clock| self.clock(clock))
                .collect(),
            series: wire
                .series
                .iter()
                .filter_map(|series| self.series(series))
                .collect(),
            absent: wire
                .absent
                .iter()
                .map(|(number, word)| (number.as_str().into(), word.as_str().into()))
                .collect(),
        };
        let mut own = nesting.own_labels();
        own.sort_unstable();
        if own.windows(2).any(|pair| pair[0] == pair[1]) {
            self.fault(
                at,
                &format!(
                    "labels of [json] must differ from each other, and with `series` from {}",
                    SERIES_LABELS.join(", ")
                ),
            );
        }
        self.carried_are_reached(at, &nesting);
        nesting
    }

    /// What is carried stands in one place, or on the way to the records.
    fn carried_are_reached(&mut self, at: usize, nesting: &Nesting) {
        for (label, path) in &nesting.carried {
            let n = path.n_fixed() + 1;
            let is_reached = n > path.0.len()
                || nesting
                    .rows
                    .iter()
                    .any(|row| row.0.get(..n) == path.0.get(..n));
            if !is_reached {
                self.fault(
                    at,
                    &format!(
                        "{label:?} is carried from {path}, which is not on the way to the records"
                    ),
                );
            }
        }
    }

    fn path(&mut self, wire: &Spanned<String>) -> Option<Path> {
        Path::parse(wire.get_ref())
            .map_err(|bad| self.fault(wire.span().start, &bad.to_string()))
            .ok()
    }

    fn paths(&mut self, wire: &[Spanned<String>]) -> Vec<Path> {
        wire.iter().filter_map(|path| self.path(path)).collect()
    }

    /// A path that leads to one place of a document.
    pub(super) fn fixed_path(&mut self, text: &str, at: usize) -> Option<Box<str>> {
        match Path::parse(text) {
            Ok(path) if path.n_fixed() == path.0.len() => Some(path.to_string().into()),
            Ok(path) => {
                self.fault(
                    at,
                    &format!("{path} leads to many places, a fact stands in one"),
                );
                None
            }
            Err(bad) => {
                self.fault(at, &bad.to_string());
                None
            }
        }
    }

    fn clock(&mut self, wire: &WireClock) -> Option<(Vec<Box<str>>, Clock)> {
        let unit_ms = self.word(&wire.unit, UNITS)?;
        let since_ms = match &wire.since {
            None => 0,
            Some(since) => {
                let time: Result<Timestamp, _> = since.get_ref().parse();
                time.map_err(|bad| self.fault(since.span().start, &bad.to_string()))
                    .ok()?
                    .as_millisecond()
            }
        };
        let labels = wire.labels.iter().map(|label| label.as_str().into());
        Some((labels.collect(), Clock { unit_ms, since_ms }))
    }

    fn series(&mut self, spanned: &Spanned<WireSeries>) -> Option<Series> {
        let (at, wire) = (spanned.span().start, spanned.get_ref());
        let stride = wire.stride.unwrap_or(2);
        let may_lack = wire.may_lack.unwrap_or(true);
        let mut values = Vec::new();
        if let (Some(metric), Some(unit)) = (&wire.metric, &wire.unit) {
            values.push(SeriesValue {
                offset: 1,
                metric: metric.as_str().into(),
                unit: unit.as_str().into(),
                sign: Sign::Any,
                may_lack,
            });
        }
        for value in &wire.values {
            let sign = match &value.sign {
                None => Sign::Any,
                Some(word) => self.word(word, SIGNS)?,
            };
            values.push(SeriesValue {
                offset: value.offset,
                metric: value.metric.as_str().into(),
                unit: value.unit.as_str().into(),
                sign,
                may_lack: value.may_lack.unwrap_or(may_lack),
            });
        }
        let fits = |value: &SeriesValue| (1..stride).contains(&value.offset);
        if values.is_empty() || !values.iter().all(fits) {
            self.fault(
                at,
                "a series has metric + unit, or values with offsets from 1 to below the stride",
            );
            return None;
        }
        Some(Series {
            path: self.path(&wire.path)?,
            stride,
            values,
        })
    }

    /// The step `divide` or `minor-units`; none where it is another one.
    pub(super) fn divide(&mut self, spanned: &Spanned<WireStep>) -> Option<Step> {
        let wire = spanned.get_ref();
        let (names, by) = match (&wire.divide, &wire.minor_units, &wire.by) {
            (Some(names), None, Some(by)) if *by.get_ref() > 0 => {
                (names, Divisor::Number(*by.get_ref()))
            }
            (None, Some(names), None) => (names, Divisor::MinorUnits),
            _ => return None,
        };
        let columns = self.column_names(names);
        let only = match &wire.r#where {
            None => None,
            Some(name) => {
                let words = wire.is.iter().map(|word| word.as_str().into()).collect();
                self.column_name(name).map(|name| (name, words))
            }
        };
        Some(Step::Divide { columns, by, only })
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::Divisor;
    use crate::schema::Step;
    use crate::schema::binding::Binding;
    use crate::schema::binding::Header;
    use crate::schema::wire;

    const SCHEMA: &str = r#"
        title = "Things"
        table = "thing"
        family = "api"
        column = [
            { name = "asin", type = "id", labels = { en = ["asin"] } },
            { name = "price", type = "money", labels = { en = ["price7d"] }, else-labels = { en = ["price14d"] } },
            { name = "price_14d", type = "money", labels = { en = ["price14d"] } },
        ]
        [json]
        rows = ["products[]"]
        carry = { seen = "timestamp", asin = "products[].asin" }
        clock = [{ labels = ["at"], unit = "minutes", since = "2011-01-01T00:00:00Z" }]
        series = [{ path = "csv[1]", metric = "new", unit = "money" }]
        [signature]
        all = ["asin"]
        [period]
        snapshot = "observed"
        [merge]
        by = "slice"
        key = ["asin"]
        duplicates = "keep"
        [[fact]]
        from = "path:timestamp"
        pattern = '^(?<observed_at>.+)$'
        [[step]]
        minor-units = ["price"]
        where = "unit"
        is = ["money"]
    "#;

    #[test]
    fn a_nesting_is_read() {
        let schema = wire::parse("a/things", SCHEMA).unwrap();
        let nesting = schema.nesting.clone().unwrap();
        assert_eq!(nesting.to_string(), "products[]: series");
        assert_eq!(
            nesting.own_labels().join(" "),
            "asin seen metric member at value text unit"
        );
        assert_eq!(nesting.clock_of("at").unwrap().unit_ms, 60_000);
        assert!(schema.may_read(Some(&nesting)) && !schema.may_read(None));
        assert!(matches!(
            schema.outputs[0].steps[..],
            [Step::Divide {
                by: Divisor::MinorUnits,
                only: Some(_),
                ..
            }]
        ));
    }

    #[test]
    fn what_cannot_be_is_said() {
        for (from, to, fault) in [
            (
                r#"rows = ["products[]"]"#,
                "rows = []",
                "where the records lie",
            ),
            (r#""products[]""#, r#""products[""#, "is not a path"),
            (
                "products[].asin",
                "others[].asin",
                "not on the way to the records",
            ),
            (
                "carry = { seen",
                "carry = { value",
                "must differ from each other",
            ),
            (
                r#"unit = "minutes""#,
                r#"unit = "fortnights""#,
                "is not one of",
            ),
            ("2011-01-01T00:00:00Z", "2011", "two digit month"),
            (r#"metric = "new", "#, "", "a series has metric"),
            (
                "path:timestamp",
                "path:products[].asin",
                "leads to many places",
            ),
        ] {
            let faults = wire::parse("a/things", &SCHEMA.replace(from, to)).unwrap_err();
            let said = faults.iter().any(|found| found.what.contains(fault));
            assert!(said, "{to}: {faults:?}");
        }
    }

    #[test]
    fn other_labels_stand_in_where_none_of_the_first_is_there() {
        let schema = wire::parse("a/things", SCHEMA).unwrap();
        for (header, bound) in [
            ("asin price14d price7d", "asin price_14d price"),
            ("asin price14d", "asin price"),
            ("asin", "asin"),
        ] {
            let cells: Vec<String> = header.split(' ').map(str::to_owned).collect();
            let binding = Binding::of(&schema, &Header::of(&cells));
            let names: Vec<&str> = binding
                .columns
                .iter()
                .map(|column| column.column.name.as_str())
                .collect();
            assert_eq!(names.join(" "), bound, "{header}");
        }
    }
}
