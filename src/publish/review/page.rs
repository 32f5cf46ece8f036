//! A review as one page that needs nothing else: no network, no fonts, no files beside it.

use crate::publish::PublishError;
use crate::publish::cell::Cell;
use crate::publish::cells;
use crate::publish::label::Lang;
use crate::publish::review::Body;
use crate::publish::review::Card;
use crate::publish::review::Chart;
use crate::publish::review::Line;
use crate::publish::review::Part;
use crate::publish::review::Report;
use crate::publish::review::chart;
use crate::publish::review::moved::Moved;
use crate::publish::review::table;
use crate::publish::shown;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::fmt::Write;

/// How every page of ours looks.
pub(in crate::publish) const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The whole page.
///
/// # Errors
/// When a section's column is missing or of a foreign type.
pub(super) fn html(report: &Report<'_>) -> Result<String, PublishError> {
    let words = report.lang.words();
    let code = match report.lang {
        Lang::Zh => "zh-CN",
        Lang::En => "en",
    };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{code}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title><style>{STYLE}</style></head>\n<body><header><h1>{title}</h1>",
        title = escaped(&report.title)
    );
    for line in &report.lines {
        let _ = write!(out, "<p class=\"quiet\">{}</p>", escaped(line));
    }
    if !report.notices.is_empty() {
        out.push_str("<ul class=\"notices\">");
        for notice in &report.notices {
            let class = if notice.is_bad { " class=\"bad\"" } else { "" };
            let _ = write!(out, "<li{class}>{}</li>", escaped(&notice.text));
        }
        out.push_str("</ul>");
    }
    let _ = write!(out, "<nav aria-label=\"{}\"><ul>", words.contents);
    for (n, part) in report.parts.iter().enumerate() {
        let _ = write!(
            out,
            "<li><a href=\"#s{n}\">{}</a></li>",
            escaped(&part.title)
        );
    }
    out.push_str("</ul></nav>");
    let owners = owners(report)?;
    if owners.len() > 1 {
        let _ = write!(
            out,
            "<p class=\"owner\"><label>{} <select id=\"owner\"><option value=\"\">{}</option>",
            words.owner, words.all
        );
        for owner in owners.iter().filter(|owner| !owner.is_empty()) {
            let owner = escaped(owner);
            let _ = write!(out, "<option value=\"{owner}\">{owner}</option>");
        }
        out.push_str("</select></label></p>");
    }
    out.push_str("</header>\n<main>");
    for (n, part) in report.parts.iter().enumerate() {
        section(&mut out, report, n, part)?;
    }
    let _ = write!(
        out,
        "</main>\n<footer>{} {} · sellerlake {}</footer><script>{SCRIPT}</script></body></html>\n",
        words.as_of,
        report.as_of,
        env!("CARGO_PKG_VERSION")
    );
    Ok(out)
}

fn section(
    out: &mut String,
    report: &Report<'_>,
    n: usize,
    part: &Part<'_>,
) -> Result<(), PublishError> {
    let lang = report.lang;
    let _ = write!(
        out,
        "\n<section aria-labelledby=\"s{n}\"><h2 id=\"s{n}\">{}</h2>",
        escaped(&part.title)
    );
    if !part.note.is_empty() {
        let _ = write!(out, "<p class=\"note\">{}</p>", escaped(&part.note));
    }
    match &part.body {
        body if body.is_empty() => {
            let _ = write!(out, "<p class=\"quiet\">{}</p>", escaped(&part.nothing));
        }
        Body::Cards(cards) => {
            out.push_str("<ul class=\"cards\">");
            for one in cards {
                card(out, lang, one);
            }
            out.push_str("</ul>");
        }
        Body::Table { sheet, left_out } => {
            out.push_str(&table::html(lang, &part.title, sheet)?);
            if *left_out > 0 {
                let more = escaped(&lang.more(*left_out));
                let _ = match &report.csv {
                    Some(csv) => write!(
                        out,
                        "<p class=\"note\">{more} <a href=\"{0}/{1}.csv\">{1}.csv</a></p>",
                        escaped(csv),
                        escaped(sheet.name)
                    ),
                    None => write!(
                        out,
                        "<p class=\"note\">{more} sellerlake show {}</p>",
                        escaped(sheet.name)
                    ),
                };
            }
        }
        Body::Charts(charts) => {
            out.push_str("<div class=\"charts\">");
            for chart in charts {
                figure(out, lang, chart);
            }
            out.push_str("</div>");
        }
        Body::Moved(all) => {
            out.push_str("<div class=\"charts\">");
            for one in all {
                contributions(out, lang, one);
            }
            out.push_str("</div>");
        }
    }
    out.push_str("</section>");
    Ok(())
}

fn card(out: &mut String, lang: Lang, card: &Card) {
    let words = lang.words();
    let class = match card.good {
        Some(true) => " class=\"good\"",
        Some(false) => " class=\"bad\"",
        None => "",
    };
    let value = if card.value.is_empty() {
        "–".to_owned()
    } else {
        escaped(&card.value)
    };
    let _ = write!(
        out,
        "<li{class}><div class=\"label\">{}</div><div class=\"value\">{value}</div>",
        escaped(&card.label)
    );
    if let Some(target) = &card.target {
        let _ = write!(
            out,
            "<div class=\"small\">{} {}</div>",
            words.target,
            escaped(target)
        );
    }
    if let Some(before) = &card.before {
        let _ = write!(
            out,
            "<div class=\"small\">{} {}</div>",
            words.before,
            escaped(before)
        );
    }
    let verdict = match card.good {
        Some(true) => Some(("good", words.good)),
        Some(false) => Some(("bad", words.bad)),
        None => None,
    };
    let doubt = card.is_preliminary.then_some(("doubt", words.preliminary));
    for (class, text) in verdict.into_iter().chain(doubt) {
        let _ = write!(out, "<span class=\"tag {class}\">{text}</span>");
    }
    out.push_str("</li>");
}

fn figure(out: &mut String, lang: Lang, chart: &Chart) {
    match chart {
        Chart::Lines {
            title,
            unit,
            is_inverted,
            dates,
            by_month,
            lines,
        } => {
            let _ = write!(
                out,
                "<figure><h3>{}</h3>{}<ul class=\"legend\">",
                escaped(title),
                chart::lines(title, unit, *is_inverted, dates, *by_month, lines)
            );
            for (class, line) in chart::colours(lines).zip(lines) {
                let _ = write!(
                    out,
                    "<li><i class=\"{class}\"></i>{}</li>",
                    escaped(&line.name)
                );
            }
            out.push_str("</ul>");
            figures(out, lang, title, unit, dates, *by_month, lines);
            out.push_str("</figure>");
        }
        Chart::Bars { title, unit, bars } => {
            let greatest = bars
                .iter()
                .map(|(_, value)| value.abs())
                .fold(0.0, f64::max);
            let _ = write!(
                out,
                "<figure><h3>{0}</h3><table class=\"bars\"><caption>{0}</caption><tbody>",
                escaped(title)
            );
            for (label, value) in bars {
                let _ = write!(
                    out,
                    "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"track\"><span class=\"bar\" style=\"width:{:.1}%\"></span></td></tr>",
                    escaped(label),
                    shown::number(*value, unit),
                    part_of(value.abs(), greatest)
                );
            }
            out.push_str("</tbody></table></figure>");
        }
    }
}

/// The figures of a chart for whoever wants them, or cannot see it.
fn figures(
    out: &mut String,
    lang: Lang,
    title: &str,
    unit: &str,
    dates: &[Date],
    by_month: bool,
    lines: &[Line],
) {
    let words = lang.words();
    let _ = write!(
        out,
        "<details><summary>{}</summary><div class=\"scroll\"><table><caption>{}</caption><thead><tr><th scope=\"col\"></th>",
        words.figures,
        escaped(title)
    );
    for line in lines {
        let _ = write!(
            out,
            "<th scope=\"col\" class=\"n\">{}</th>",
            escaped(&line.name)
        );
    }
    out.push_str("</tr></thead><tbody>");
    for (at, day) in dates.iter().enumerate().rev() {
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{}</th>",
            chart::day_text(*day, by_month)
        );
        for line in lines {
            let value = line.values.get(at).copied().flatten();
            let text = value.map_or_else(String::new, |value| shown::number(value, unit));
            let _ = write!(out, "<td class=\"n\">{text}</td>");
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div></details>");
}

fn contributions(out: &mut String, lang: Lang, moved: &Moved) {
    let words = lang.words();
    let _ = write!(
        out,
        "<figure><h3>{0}</h3><p class=\"small\">{1} → {2} ({3})</p><table class=\"bars\"><caption>{0}</caption><tbody>",
        escaped(&moved.title),
        shown::number(moved.before, "fraction"),
        shown::number(moved.now, "fraction"),
        points(moved.total)
    );
    let (n, rest) = moved.rest;
    let others = (n > 0).then(|| (lang.others(n), rest));
    let greatest = (moved.members.iter().map(|(_, part)| *part))
        .chain(others.iter().map(|(_, part)| *part))
        .map(i64::unsigned_abs)
        .max()
        .unwrap_or(1);
    for (name, part) in moved.members.iter().cloned().chain(others) {
        let width = part_of(real(part.unsigned_abs()), real(greatest));
        let bar =
            |class: &str| format!("<i class=\"bar {class}\" style=\"width:{width:.1}%\"></i>");
        let (left, right) = if part < 0 {
            (bar("down"), String::new())
        } else {
            (String::new(), bar("up"))
        };
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"track\"><span class=\"two\"><span>{left}</span><span>{right}</span></span></td></tr>",
            escaped(&name),
            points(part)
        );
    }
    let _ = write!(
        out,
        "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"track\"></td></tr></tbody></table></figure>",
        words.total,
        points(moved.total)
    );
}

/// Hundredths of a point of percent, signed.
pub(super) fn points(hundredths: i64) -> String {
    let sign = match hundredths.signum() {
        1 => "+",
        -1 => "−",
        _ => "",
    };
    let n = hundredths.unsigned_abs();
    format!("{sign}{}.{:02} pp", n / 100, n % 100)
}

#[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
fn real(n: u64) -> f64 {
    n as f64
}

fn part_of(value: f64, greatest: f64) -> f64 {
    if greatest > 0.0 {
        value / greatest * 100.0
    } else {
        0.0
    }
}

/// Everyone who is responsible for a row of the page.
fn owners(report: &Report<'_>) -> Result<BTreeSet<String>, PublishError> {
    let mut owners = BTreeSet::new();
    for part in &report.parts {
        let Body::Table { sheet, .. } = &part.body else {
            continue;
        };
        let Some(column) = sheet.columns.iter().find(|column| column.name == "owner") else {
            continue;
        };
        let cells = cells(sheet, column)?;
        for row in 0..sheet.batch.num_rows() {
            if let Cell::Text(owner) = cells.at(row) {
                owners.insert(owner.to_owned());
            }
        }
    }
    Ok(owners)
}

/// Text that a page shows as it is.
pub(in crate::publish) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() && c != '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
