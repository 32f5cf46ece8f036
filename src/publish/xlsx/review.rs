//! A review as a workbook: what stands at its head, then a worksheet each section, charts as Excel's own.

use crate::publish::PublishError;
use crate::publish::Sheet;
use crate::publish::Table;
use crate::publish::cell::Cell;
use crate::publish::label;
use crate::publish::label::Lang;
use crate::publish::link;
use crate::publish::review::Body;
use crate::publish::review::Card;
use crate::publish::review::Chart;
use crate::publish::review::Line;
use crate::publish::review::Part;
use crate::publish::review::Report;
use crate::publish::review::moved::Moved;
use crate::publish::tables;
use crate::publish::xlsx::Room;
use crate::publish::xlsx::creation;
use crate::publish::xlsx::style;
use crate::publish::xlsx::style::Style;
use crate::publish::xlsx::style::Tabs;
use crate::publish::xlsx::worksheet;
use crate::publish::xlsx::worksheet::Page;
use crate::publish::xlsx::worksheet::count;
use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use rust_xlsxwriter::ChartFormat;
use rust_xlsxwriter::ChartLegendPosition;
use rust_xlsxwriter::ChartLine;
use rust_xlsxwriter::ChartLineDashType;
use rust_xlsxwriter::ChartMarker;
use rust_xlsxwriter::ChartMarkerType;
use rust_xlsxwriter::ChartType;
use rust_xlsxwriter::ColNum;
use rust_xlsxwriter::DocProperties;
use rust_xlsxwriter::ExcelDateTime;
use rust_xlsxwriter::Format;
use rust_xlsxwriter::FormatAlign;
use rust_xlsxwriter::RowNum;
use rust_xlsxwriter::Url;
use rust_xlsxwriter::Workbook;
use rust_xlsxwriter::Worksheet;
use rust_xlsxwriter::XlsxError;
use std::sync::Arc;

/// Rows that a chart covers.
const CHART_ROWS: u32 = 16;

/// The bytes of the workbook.
///
/// # Errors
/// When a section's column is missing or of a foreign type, or the workbook cannot be made.
pub(in crate::publish) fn workbook(report: &Report<'_>) -> Result<Vec<u8>, PublishError> {
    let made = |source| PublishError::Workbook {
        name: format!("{}.xlsx", report.file).into(),
        source,
    };
    let nothing = RecordBatch::new_empty(Arc::new(Schema::empty()));
    let head = blank(report.lang.words().overview, &nothing);
    let sheets: Vec<Sheet<'_>> = report
        .parts
        .iter()
        .map(|part| match &part.body {
            Body::Table { sheet, .. } => Sheet {
                title: &part.title,
                title_zh: &part.title,
                ..sheet.clone()
            },
            _ => blank(&part.title, &nothing),
        })
        .collect();
    let all: Vec<&Sheet<'_>> = std::iter::once(&head).chain(&sheets).collect();
    let names = label::sheet_names(report.lang, &all);
    let mut parts = Vec::new();
    for (part, sheet) in report.parts.iter().zip(&sheets) {
        let table = match part.body {
            Body::Table { .. } => tables(std::slice::from_ref(sheet))?.pop(),
            _ => None,
        };
        parts.push((part, table));
    }
    written(report, &names, &parts).map_err(made)
}

fn blank<'a>(title: &'a str, batch: &'a RecordBatch) -> Sheet<'a> {
    Sheet {
        name: title,
        title,
        title_zh: title,
        group: "",
        columns: Vec::new(),
        batch,
    }
}

fn written(
    report: &Report<'_>,
    names: &[String],
    parts: &[(&Part<'_>, Option<Table<'_>>)],
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let style = Style::of(report.lang);
    workbook.set_default_format(&style.body, style.row_pixels, style::COLUMN_PIXELS)?;
    let properties = DocProperties::new()
        .set_title(&report.title)
        .set_author("sellerlake")
        .set_creation_datetime(&creation(report.as_of)?);
    workbook.set_properties(&properties);
    let head = workbook.add_worksheet();
    head.set_name(names.first().map_or("", String::as_str))?;
    overview(report, names.get(1..).unwrap_or_default(), &style, head)?;
    let tab = Tabs::new().colour("");
    for ((part, table), name) in parts.iter().zip(names.iter().skip(1)) {
        let sheet = workbook.add_worksheet();
        match (&part.body, table) {
            (Body::Table { .. }, Some(table)) => {
                let page = Page::of(report.lang, table, name.clone(), tab, Room::FULL.rows);
                page.write(report.lang, &style, sheet)?;
                links(table, &style, sheet)?;
            }
            (Body::Charts(charts), _) => {
                prepare(sheet, name)?;
                let mut row = 0;
                for chart in charts {
                    row = drawn(report.lang, chart, name, row, &style, sheet)?;
                }
            }
            (Body::Moved(all), _) => {
                prepare(sheet, name)?;
                sheet.set_column_width(0, 44)?.set_column_width(1, 14)?;
                let mut row = 0;
                for moved in all {
                    row = contributions(report.lang, moved, name, row, &style, sheet)?;
                }
            }
            // Cards stand on the first sheet; here they can be filtered.
            (Body::Cards(cards), _) => {
                prepare(sheet, name)?;
                figures(report.lang, cards, 0, &style, sheet)?;
                sheet.set_freeze_panes(1, 1)?;
            }
            (Body::Table { .. }, None) => {}
        }
    }
    workbook.save_to_buffer()
}

fn prepare(sheet: &mut Worksheet, name: &str) -> Result<(), XlsxError> {
    sheet.set_name(name)?.set_screen_gridlines(false);
    worksheet::page_setup(sheet);
    sheet.set_print_fit_to_pages(1, 0);
    Ok(())
}

/// Title, what to know first, the figures, and links to what follows.
fn overview(
    report: &Report<'_>,
    names: &[String],
    style: &Style,
    sheet: &mut Worksheet,
) -> Result<(), XlsxError> {
    sheet.set_screen_gridlines(false);
    worksheet::page_setup(sheet);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_row_height(0, 30)?;
    sheet.write_string_with_format(0, 0, &report.title, &style.title)?;
    let mut row = 1;
    for line in &report.lines {
        sheet.write_string_with_format(row, 0, line, &style.quiet)?;
        row += 1;
    }
    for notice in &report.notices {
        let mark = if notice.is_bad { "● " } else { "○ " };
        sheet.write_string(row, 0, format!("{mark}{}", notice.text))?;
        row += 1;
    }
    for (part, name) in report.parts.iter().zip(names) {
        row += 1;
        let link = Url::new(format!("internal:'{name}'!A1")).set_text(&part.title);
        sheet.write_url_with_format(row, 0, link, &style.link)?;
        row += 1;
        if !part.note.is_empty() {
            sheet.write_string_with_format(row, 0, &part.note, &style.quiet)?;
            row += 1;
        }
        if part.body.is_empty() {
            sheet.write_string_with_format(row, 0, &part.nothing, &style.quiet)?;
            row += 1;
        }
        if let Body::Table {
            sheet: rows,
            left_out,
        } = &part.body
            && *left_out > 0
        {
            let more = report.lang.more(*left_out);
            let place = match &report.csv {
                Some(csv) => format!("{more} {csv}/{}.csv", rows.name),
                None => format!("{more} sellerlake show {}", rows.name),
            };
            sheet.write_string_with_format(row, 0, place, &style.quiet)?;
            row += 1;
        }
        if let Body::Cards(cards) = &part.body {
            row = figures(report.lang, cards, row, style, sheet)?;
        }
    }
    Ok(())
}

/// Figures as a small table, and the row under it.
fn figures(
    lang: Lang,
    cards: &[Card],
    mut row: RowNum,
    style: &Style,
    sheet: &mut Worksheet,
) -> Result<RowNum, XlsxError> {
    let words = lang.words();
    let heads = [
        words.figure,
        words.this,
        words.target,
        words.before,
        words.verdict,
        words.note,
    ];
    for ((column, head), width) in (0..).zip(heads).zip([44, 14, 14, 14, 12, 14]) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(row, column, head, &style.head)?;
    }
    let right = style.body.clone().set_align(FormatAlign::Right);
    for card in cards {
        row += 1;
        sheet.write_string(row, 0, &card.label)?;
        let texts = [
            Some(&card.value),
            card.target.as_ref(),
            card.before.as_ref(),
        ];
        for (column, text) in (1..).zip(texts) {
            sheet.write_string_with_format(row, column, text.map_or("", String::as_str), &right)?;
        }
        match card.good {
            Some(true) => sheet.write_string_with_format(row, 4, words.good, &style.good)?,
            Some(false) => sheet.write_string_with_format(row, 4, words.bad, &style.bad)?,
            None => sheet.write_string(row, 4, "")?,
        };
        if card.is_preliminary {
            sheet.write_string_with_format(row, 5, words.preliminary, &style.doubt)?;
        }
    }
    Ok(row + 1)
}

/// Makes links of the products in a table that knows their marketplace.
fn links(table: &Table<'_>, style: &Style, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    // A worksheet holds 65,530 links.
    const MOST: usize = 20_000;
    let at = |name: &str| {
        let columns = &table.sheet.columns;
        columns.iter().position(|column| column.name == name)
    };
    let (Some(asins), Some(markets)) = (at("asin"), at("marketplace")) else {
        return Ok(());
    };
    let (Some(cells), Some(of)) = (table.cells.get(asins), table.cells.get(markets)) else {
        return Ok(());
    };
    let column = ColNum::try_from(asins).unwrap_or(ColNum::MAX);
    for row in 0..table.sheet.batch.num_rows().min(MOST) {
        if let (Cell::Text(asin), Cell::Text(market)) = (cells.at(row), of.at(row))
            && let Some(url) = link::product(market, asin)
        {
            let url = Url::new(url).set_text(asin);
            sheet.write_url_with_format(count(row + 1), column, url, &style.link)?;
        }
    }
    Ok(())
}

/// A chart with its figures to the left, and the row under both.
fn drawn(
    lang: Lang,
    chart: &Chart,
    name: &str,
    top: RowNum,
    style: &Style,
    sheet: &mut Worksheet,
) -> Result<RowNum, XlsxError> {
    match chart {
        Chart::Lines {
            title,
            unit,
            is_inverted,
            dates,
            by_month,
            lines,
        } => {
            sheet.write_string_with_format(top, 0, title, &style.strong)?;
            let format = if *by_month { "yyyy-mm" } else { "yyyy-mm-dd" };
            let day = style.body.clone().set_num_format(format);
            sheet.set_column_width(0, 12)?;
            sheet.write_string_with_format(top + 1, 0, "", &style.head)?;
            for (column, line) in (1..).zip(lines) {
                sheet.set_column_width(column, 12)?;
                sheet.write_string_with_format(top + 1, column, &line.name, &style.head_centre)?;
            }
            let figure = style.body.clone().set_num_format(figure_format(unit));
            for (row, (at, date)) in (top + 2..).zip(dates.iter().enumerate()) {
                let date = ExcelDateTime::parse_from_str(&date.to_string())?;
                sheet.write_datetime_with_format(row, 0, &date, &day)?;
                for (column, line) in (1..).zip(lines) {
                    if let Some(value) = line.values.get(at).copied().flatten() {
                        sheet.write_number_with_format(row, column, value, &figure)?;
                    }
                }
            }
            let n = count(dates.len());
            let mut picture = rust_xlsxwriter::Chart::new(ChartType::Line);
            picture.title().set_name(title);
            picture.legend().set_position(ChartLegendPosition::Bottom);
            picture.y_axis().set_num_format(figure_format(unit));
            picture.x_axis().set_num_format(format);
            if *is_inverted {
                picture.y_axis().set_reverse();
            }
            for (column, line) in (1..).zip(lines) {
                series(&mut picture, name, top, n, column, line);
            }
            picture
                .set_width(720)
                .set_height(CHART_ROWS * style.row_pixels);
            let left = ColNum::try_from(lines.len() + 2).unwrap_or(ColNum::MAX);
            sheet.insert_chart(top, left, &picture)?;
            Ok(top + n.max(CHART_ROWS) + 4)
        }
        Chart::Bars { title, unit, bars } => {
            let words = lang.words();
            sheet.write_string_with_format(top, 0, title, &style.strong)?;
            sheet.set_column_width(0, 44)?.set_column_width(1, 14)?;
            sheet.write_string_with_format(top + 1, 0, words.figure, &style.head)?;
            sheet.write_string_with_format(top + 1, 1, words.this, &style.head_centre)?;
            let figure = style.body.clone().set_num_format(figure_format(unit));
            for (row, (label, value)) in (top + 2..).zip(bars) {
                sheet.write_string(row, 0, label)?;
                sheet.write_number_with_format(row, 1, *value, &figure)?;
            }
            let n = count(bars.len());
            bar_chart(name, title, top, n, figure_format(unit), style, sheet)?;
            Ok(top + n.max(CHART_ROWS) + 4)
        }
    }
}

fn series(
    picture: &mut rust_xlsxwriter::Chart,
    name: &str,
    top: RowNum,
    n: u32,
    column: ColNum,
    line: &Line,
) {
    let series = picture
        .add_series()
        .set_name(line.name.as_str())
        .set_categories((name, top + 2, 0, top + 1 + n, 0))
        .set_values((name, top + 2, column, top + 1 + n, column));
    if line.is_target {
        let mut dashed = ChartLine::new();
        dashed
            .set_dash_type(ChartLineDashType::Dash)
            .set_color(rust_xlsxwriter::Color::Gray);
        series.set_format(ChartFormat::new().set_line(&dashed));
    } else {
        series.set_marker(ChartMarker::new().set_type(ChartMarkerType::Circle));
    }
}

/// Two columns of labels and figures as bars, the first on top.
fn bar_chart(
    name: &str,
    title: &str,
    top: RowNum,
    n: u32,
    format: &str,
    style: &Style,
    sheet: &mut Worksheet,
) -> Result<(), XlsxError> {
    if n == 0 {
        return Ok(());
    }
    let mut picture = rust_xlsxwriter::Chart::new(ChartType::Bar);
    picture.title().set_name(title);
    picture.legend().set_hidden();
    picture.y_axis().set_reverse();
    picture.x_axis().set_num_format(format);
    picture
        .add_series()
        .set_categories((name, top + 2, 0, top + 1 + n, 0))
        .set_values((name, top + 2, 1, top + 1 + n, 1));
    picture
        .set_width(720)
        .set_height(n.max(CHART_ROWS) * style.row_pixels);
    sheet.insert_chart(top, 3, &picture)?;
    Ok(())
}

fn contributions(
    lang: Lang,
    moved: &Moved,
    name: &str,
    top: RowNum,
    style: &Style,
    sheet: &mut Worksheet,
) -> Result<RowNum, XlsxError> {
    let words = lang.words();
    let percent: Format = style.body.clone().set_num_format("+0.00%;-0.00%;0.00%");
    let change = format!(
        "{}: {:.1}% → {:.1}%",
        moved.title,
        moved.before * 100.0,
        moved.now * 100.0
    );
    sheet.write_string_with_format(top, 0, change, &style.strong)?;
    sheet.write_string_with_format(top + 1, 0, words.figure, &style.head)?;
    sheet.write_string_with_format(top + 1, 1, words.this, &style.head_centre)?;
    let (n, rest) = moved.rest;
    let others = (n > 0).then(|| (lang.others(n), rest));
    let mut row = top + 2;
    for (member, part) in moved.members.iter().cloned().chain(others) {
        sheet.write_string(row, 0, member)?;
        sheet.write_number_with_format(row, 1, hundredths(part), &percent)?;
        row += 1;
    }
    sheet.write_string_with_format(row, 0, words.total, &style.strong)?;
    sheet.write_number_with_format(row, 1, hundredths(moved.total), &percent)?;
    let n = row - top - 2;
    bar_chart(name, &moved.title, top, n, "0.0%", style, sheet)?;
    Ok(top + n.max(CHART_ROWS) + 5)
}

/// Hundredths of a point of percent as a fraction.
#[expect(clippy::cast_precision_loss, reason = "points of percent are few")]
fn hundredths(n: i64) -> f64 {
    n as f64 / 10_000.0
}

fn figure_format(unit: &str) -> &'static str {
    match unit {
        "fraction" => "0.0%",
        "rank" | "count" | "units" => "#,##0",
        "days" | "stars" => "#,##0.0",
        _ => "#,##0.00",
    }
}
