//! Charts as SVG in the page: lines over dates with what should be, and bars. Owns geometry and ticks; colours are classes
//! of the page's style.

use crate::publish::review::Line;
use crate::publish::review::page::escaped;
use crate::publish::shown;
use jiff::civil::Date;
use std::fmt::Write;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 28.0;
/// Colours that the page's style has for lines; more lines share them.
const COLOURS: usize = 6;
/// Dates named under a chart at most.
const NAMED: usize = 7;

/// The frame that values are drawn in.
struct Frame {
    low: f64,
    high: f64,
    is_inverted: bool,
    n: usize,
}

impl Frame {
    fn x(&self, at: usize) -> f64 {
        let steps = self.n.saturating_sub(1).max(1);
        let place = if self.n == 1 {
            0.5
        } else {
            real(at) / real(steps)
        };
        LEFT + place * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        let part = (value - self.low) / (self.high - self.low);
        let part = if self.is_inverted { part } else { 1.0 - part };
        TOP + part * (HEIGHT - TOP - BOTTOM)
    }
}

/// A date under a chart.
pub(super) fn day_text(day: Date, by_month: bool) -> String {
    if by_month {
        day.strftime("%Y-%m").to_string()
    } else {
        day.strftime("%m-%d").to_string()
    }
}

/// Lines over dates. `name` says what the picture shows to whoever cannot see it.
pub(super) fn lines(
    name: &str,
    unit: &str,
    is_inverted: bool,
    dates: &[Date],
    by_month: bool,
    lines: &[Line],
) -> String {
    let values = lines
        .iter()
        .flat_map(|line| &line.values)
        .flatten()
        .copied();
    let (ticks, low, high) = scale(values, unit, is_inverted);
    let frame = Frame {
        low,
        high,
        is_inverted,
        n: dates.len(),
    };
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">",
        escaped(name)
    );
    for tick in ticks {
        let y = frame.y(tick);
        let text = tick_text(tick, unit);
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            y + 4.0
        );
    }
    let step = dates.len().div_ceil(NAMED).max(1);
    for (at, day) in dates.iter().enumerate().rev().step_by(step) {
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            frame.x(at).min(WIDTH - 24.0),
            HEIGHT - 8.0,
            day_text(*day, by_month)
        );
    }
    for (nth, line) in colours(lines).zip(lines) {
        draw(&mut svg, &frame, line, &nth, unit, dates, by_month);
    }
    svg.push_str("</svg>");
    svg
}

/// The class of each line: targets are grey and dashed, the others have colours in turn.
pub(super) fn colours(lines: &[Line]) -> impl Iterator<Item = String> {
    let mut next = 0;
    lines.iter().map(move |line| {
        if line.is_target {
            return "target".to_owned();
        }
        next += 1;
        format!("c{}", (next - 1) % COLOURS)
    })
}

fn draw(
    svg: &mut String,
    frame: &Frame,
    line: &Line,
    class: &str,
    unit: &str,
    dates: &[Date],
    by_month: bool,
) {
    let mut path = String::new();
    let mut pen_is_down = false;
    for (at, value) in line.values.iter().enumerate() {
        match value {
            Some(value) => {
                let letter = if pen_is_down { 'L' } else { 'M' };
                let _ = write!(path, "{letter}{:.1} {:.1}", frame.x(at), frame.y(*value));
                pen_is_down = true;
            }
            // A target holds between the dates that tell it; a figure that is not known is a gap.
            None if line.is_target => {}
            None => pen_is_down = false,
        }
    }
    let _ = write!(svg, "<path class=\"{class}\" d=\"{path}\"/>");
    if line.is_target {
        return;
    }
    for ((at, value), day) in line.values.iter().enumerate().zip(dates) {
        if let Some(value) = value {
            let _ = write!(
                svg,
                "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\"><title>{} · {} · {}</title></circle>",
                frame.x(at),
                frame.y(*value),
                escaped(&line.name),
                day_text(*day, by_month),
                shown::number(*value, unit)
            );
        }
    }
}

fn tick_text(tick: f64, unit: &str) -> String {
    if unit == "fraction" {
        let text = format!("{:.1}", tick * 100.0);
        return format!("{}%", text.strip_suffix(".0").unwrap_or(&text));
    }
    let text = shown::number(tick, "currency");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Round steps around the values: where the grid lies, and the least and greatest that the frame shows. Amounts begin at
/// nought; ranks begin at one.
fn scale(values: impl Iterator<Item = f64>, unit: &str, is_inverted: bool) -> (Vec<f64>, f64, f64) {
    let (mut low, mut high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
        (low.min(v), high.max(v))
    });
    if low > high {
        (low, high) = (0.0, 1.0);
    }
    if !(is_inverted || unit == "stars") {
        low = low.min(0.0);
    }
    if high - low < 1e-9 {
        high = low + if unit == "fraction" { 0.1 } else { 1.0 };
    }
    let rough = (high - low) / 4.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * power);
    let first = (low / step).floor();
    let last = (high / step).ceil();
    let mut ticks = Vec::new();
    let mut at = first;
    while at <= last {
        ticks.push(at * step);
        at += 1.0;
    }
    (ticks, first * step, last * step)
}

#[expect(clippy::cast_precision_loss, reason = "a chart has few points")]
fn real(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_are_round() {
        for (values, unit, is_inverted, expected) in [
            (
                vec![0.117, 0.41],
                "fraction",
                false,
                vec![0.0, 0.2, 0.4, 0.6],
            ),
            (
                vec![310.0, 1240.0],
                "rank",
                true,
                vec![250.0, 500.0, 750.0, 1000.0, 1250.0],
            ),
            (
                vec![-50.0, 120.0],
                "currency",
                false,
                vec![-50.0, 0.0, 50.0, 100.0, 150.0],
            ),
            (vec![], "count", false, vec![0.0, 0.25, 0.5, 0.75, 1.0]),
        ] {
            let (ticks, low, high) = scale(values.iter().copied(), unit, is_inverted);
            let near: Vec<f64> = ticks
                .iter()
                .map(|tick| (tick * 1e6).round() / 1e6)
                .collect();
            assert_eq!(near, expected, "{values:?}");
            assert!(
                values
                    .iter()
                    .all(|value| (low..=high + 1e-9).contains(value))
            );
        }
    }

    #[test]
    fn gaps_break_a_line_and_ranks_rise() {
        let line = Line {
            name: "a<b".into(),
            values: vec![Some(1.0), None, Some(3.0), Some(2.0)],
            is_target: false,
        };
        let day = Date::constant(2026, 1, 4);
        let svg = lines("x", "rank", true, &[day; 4], false, &[line]);
        assert_eq!(svg.matches('M').count(), 2);
        assert_eq!(svg.matches("<circle").count(), 3);
        assert!(svg.contains("a&lt;b · 01-04 · 3"));
        assert_eq!(tick_text(0.25, "fraction"), "25%");
        assert_eq!(tick_text(1_500.0, "currency"), "1,500");
    }
}
