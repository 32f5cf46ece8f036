//! Flat lists of points -> one row per point and value. Knows what a schema says of a series, and no column's meaning.

use crate::model::nesting::Nesting;
use crate::model::nesting::SERIES_LABELS;
use crate::model::nesting::Segment;
use crate::model::nesting::Series;
use crate::model::nesting::SeriesValue;
use crate::model::nesting::Sign;
use crate::model::raw::CellKind;
use crate::read::nested::cells::Cells;
use crate::read::nested::tape::Kind;
use crate::read::nested::tape::Tape;

/// What stands for a value of the last point where the list ends inside of that point.
const CUT_OFF: &str = "(the list ends here)";

/// A list of points that was found in a record.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) record: usize,
    series: usize,
    member: String,
    first: usize,
    n_elements: usize,
}

/// The runs of a record, in the order of the schema.
pub(super) fn runs(tape: &Tape, record: (usize, usize), nesting: &Nesting) -> Vec<Run> {
    let (record, root) = record;
    let mut runs = Vec::new();
    for (n, series) in nesting.series.iter().enumerate() {
        for (node, member) in lists(tape, root, &series.path.0) {
            let inside = tape.inside(node);
            if is_flat(tape, node) && !inside.is_empty() {
                runs.push(Run {
                    record,
                    series: n,
                    member,
                    first: inside.start,
                    n_elements: inside.len(),
                });
            }
        }
    }
    runs
}

/// Lists with something in them that stand beside lists of the schema, and that it does not name: `csv[36]`.
pub(super) fn unread(tape: &Tape, record: usize, nesting: &Nesting) -> Vec<String> {
    let mut unread = Vec::new();
    for series in &nesting.series {
        let Some((Segment::At(_), parent)) = series.path.0.split_last() else {
            continue;
        };
        for (node, _) in lists(tape, record, parent) {
            for (index, child) in tape.children(node).enumerate() {
                let index = u32::try_from(index).unwrap_or(u32::MAX);
                let is_read = nesting.series.iter().any(|known| {
                    let last = known.path.0.split_last();
                    last == Some((&Segment::At(index), parent))
                });
                if is_read && is_flat(tape, child) || tape.inside(child).is_empty() {
                    continue;
                }
                let parent = crate::model::nesting::Path(parent.to_vec());
                unread.push(parent.then(Segment::At(index)).to_string());
            }
        }
    }
    unread
}

/// Lists at a path, each with the members that `*` stood for.
fn lists(tape: &Tape, node: usize, path: &[Segment]) -> Vec<(usize, String)> {
    let Some((segment, rest)) = path.split_first() else {
        let is_list = tape.kind(node) == Kind::Array;
        return if is_list {
            vec![(node, String::new())]
        } else {
            Vec::new()
        };
    };
    let mut found = Vec::new();
    for child in tape.step(node, segment) {
        for (list, behind) in lists(tape, child, rest) {
            let member = match (segment, behind.is_empty()) {
                (Segment::Any, true) => tape.name(child).to_owned(),
                (Segment::Any, false) => format!("{}.{behind}", tape.name(child)),
                _ => behind,
            };
            found.push((list, member));
        }
    }
    found
}

/// Whether a list holds single values alone, so that its elements follow each other on the tape.
fn is_flat(tape: &Tape, node: usize) -> bool {
    tape.kind(node) == Kind::Array
        && tape
            .inside(node)
            .all(|child| !tape.kind(child).is_container())
}

/// Where in the runs of a part the next row is.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Cursor {
    pub(super) run: usize,
    element: usize,
    value: usize,
}

impl Cursor {
    /// Adds the cells of the next row, from column `first` on, and steps behind it; none at the end.
    pub(super) fn next(
        &mut self,
        tape: &Tape,
        runs: &[Run],
        nesting: &Nesting,
        first: usize,
        cells: &mut Cells,
    ) -> Option<()> {
        let run = runs.get(self.run)?;
        let series = &nesting.series[run.series];
        let value = &series.values[self.value];
        let at = |offset: usize| {
            let element = self.element + offset;
            (element < run.n_elements).then_some(run.first + element)
        };
        write(
            tape,
            run,
            value,
            (at(0), at(value.offset)),
            nesting,
            first,
            cells,
        );
        self.step(run, series);
        Some(())
    }

    fn step(&mut self, run: &Run, series: &Series) {
        self.value += 1;
        if self.value == series.values.len() {
            self.value = 0;
            self.element += series.stride;
        }
        if self.element >= run.n_elements {
            *self = Self {
                run: self.run + 1,
                ..Self::default()
            };
        }
    }
}

/// Writes metric, member, time, number, word and unit.
fn write(
    tape: &Tape,
    run: &Run,
    value: &SeriesValue,
    (time, node): (Option<usize>, Option<usize>),
    nesting: &Nesting,
    first: usize,
    cells: &mut Cells,
) {
    let column = |label: &str| {
        let place = SERIES_LABELS.iter().position(|known| *known == label);
        first + place.unwrap_or_default()
    };
    let mut put = |label, text: &str, kind| {
        if !text.is_empty() {
            cells.put(column(label), text, kind, false);
        }
    };
    put("metric", &value.metric, CellKind::Text);
    put("member", &run.member, CellKind::Text);
    if let Some(time) = time {
        put("at", tape.text(time), CellKind::Number);
    }
    put("unit", &value.unit, CellKind::Text);
    let Some(node) = node else {
        put("value", CUT_OFF, CellKind::Text);
        return;
    };
    let text = tape.text(node);
    let absent = nesting
        .absent
        .iter()
        .find(|(number, _)| value.may_lack && **number == *text);
    match (absent, &*value.unit, tape.kind(node)) {
        (_, _, Kind::Null) => {}
        (Some((_, word)), ..) => put("text", word, CellKind::Text),
        (None, "text", _) => put("text", text, CellKind::Text),
        (None, _, kind) => {
            let kind = if kind == Kind::Number {
                CellKind::Number
            } else {
                CellKind::Text
            };
            put("value", of_sign(text, value.sign), kind);
        }
    }
}

fn of_sign(text: &str, sign: Sign) -> &str {
    match (sign, text.strip_prefix('-')) {
        (Sign::Any, _) | (Sign::Positive, None) => text,
        (Sign::Negative, Some(rest)) => rest,
        (Sign::Positive, Some(_)) | (Sign::Negative, None) => "0",
    }
}
