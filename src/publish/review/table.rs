//! A mart's rows as a table of the page: sortable by what a cell is and not by how it is written.

use crate::publish::PublishError;
use crate::publish::Sheet;
use crate::publish::SheetColumn;
use crate::publish::cell::Cell;
use crate::publish::cell::Cells;
use crate::publish::cells;
use crate::publish::label;
use crate::publish::label::Lang;
use crate::publish::link;
use crate::publish::look::Cue;
use crate::publish::look::Look;
use crate::publish::look::Side;
use crate::publish::review::page::escaped;
use crate::publish::shown;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// One column, ready to be drawn.
struct Drawn<'a> {
    column: &'a SheetColumn<'a>,
    cells: Cells<'a>,
    look: Look,
    /// `f`: short enough to stand on one line; `l`: long enough to need room.
    fit: &'static str,
}

/// Digits wide up to which a text is not broken, and from which it is prose.
const SHORT: usize = 14;
const PROSE: usize = 40;

fn fit(cells: Cells<'_>, rows: usize) -> &'static str {
    let widest = (0..rows).filter_map(|row| match cells.at(row) {
        Cell::Text(text) => Some(text.width()),
        _ => None,
    });
    match widest.max() {
        None => "f",
        Some(width) if width <= SHORT => "f",
        Some(width) if width >= PROSE => "l",
        Some(_) => "",
    }
}

/// The table with a header that sorts it.
///
/// # Errors
/// When a column is missing or of a foreign type.
pub(super) fn html(lang: Lang, caption: &str, sheet: &Sheet<'_>) -> Result<String, PublishError> {
    let drawn: Vec<Drawn<'_>> = sheet
        .columns
        .iter()
        .map(|column| {
            let cells = cells(sheet, column)?;
            let look = Look::of(column, cells);
            Ok(Drawn {
                column,
                cells,
                look,
                fit: fit(cells, sheet.batch.num_rows()),
            })
        })
        .collect::<Result<_, PublishError>>()?;
    let mut out = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table class=\"sortable\"><caption>{0}</caption><thead><tr>",
        escaped(caption)
    );
    for (title, drawn) in label::titles(lang, &sheet.columns).iter().zip(&drawn) {
        let _ = write!(
            out,
            "<th scope=\"col\"{} title=\"{}\"><button type=\"button\">{}</button></th>",
            side(drawn.look),
            escaped(lang.meaning(drawn.column)),
            escaped(title)
        );
    }
    out.push_str("</tr></thead><tbody>");
    let find = |name: &str| drawn.iter().find(|drawn| drawn.column.name == name);
    let (owner, market) = (find("owner"), find("marketplace"));
    for row in 0..sheet.batch.num_rows() {
        let text_of = |drawn: Option<&Drawn<'_>>| match drawn.map(|drawn| drawn.cells.at(row)) {
            Some(Cell::Text(text)) => text.to_owned(),
            _ => String::new(),
        };
        match owner {
            Some(_) => {
                let _ = write!(out, "<tr data-owner=\"{}\">", escaped(&text_of(owner)));
            }
            None => out.push_str("<tr>"),
        }
        for drawn in &drawn {
            cell(&mut out, lang, drawn, row, &text_of(market));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
    Ok(out)
}

fn cell(out: &mut String, lang: Lang, drawn: &Drawn<'_>, row: usize, market: &str) {
    let value = drawn.cells.at(row);
    let text = shown::of_cell(lang, drawn.column, drawn.cells, row);
    let key = match value {
        Cell::Integer(value) => value.to_string(),
        Cell::Decimal(value) => value.exact(),
        Cell::Double(value) => value.to_string(),
        Cell::Date(days) => days.to_string(),
        Cell::Moment(at) => at.to_string(),
        _ => String::new(),
    };
    let key = if key.is_empty() {
        String::new()
    } else {
        format!(" data-v=\"{key}\"")
    };
    let class = match (drawn.look.cue, value) {
        (Some(Cue::Verdict), Cell::Bool(true)) => "good",
        (Some(Cue::Verdict), Cell::Bool(false)) => "bad",
        (Some(Cue::Attention), Cell::Bool(true)) | (Some(Cue::Advice), Cell::Text(_)) => "act",
        (Some(Cue::Sound), Cell::Bool(false)) => "doubt",
        _ => "",
    };
    let fit = match drawn.look.side {
        Side::Right => "n",
        _ => drawn.fit,
    };
    let class = [fit, class].join(" ");
    let class = match class.trim() {
        "" => String::new(),
        class => format!(" class=\"{class}\""),
    };
    let _ = write!(
        out,
        "<td{class}{key}>{}</td>",
        linked(drawn.column.name, market, &text)
    );
}

/// The text, with links where it is a product of a known marketplace.
fn linked(column: &str, market: &str, text: &str) -> String {
    let is_asin = column == "asin" || column.ends_with("_asin");
    let Some(amazon) = is_asin.then(|| link::product(market, text)).flatten() else {
        return escaped(text);
    };
    let rel = "target=\"_blank\" rel=\"noopener noreferrer\"";
    let keepa = link::history(market, text).map_or_else(String::new, |keepa| {
        format!(
            " <a class=\"quiet\" href=\"{}\" {rel}>Keepa</a>",
            escaped(&keepa)
        )
    });
    format!(
        "<a href=\"{}\" {rel}>{}</a>{keepa}",
        escaped(&amazon),
        escaped(text)
    )
}

fn side(look: Look) -> &'static str {
    match look.side {
        Side::Right => " class=\"n\"",
        Side::Left | Side::Centre => "",
    }
}
