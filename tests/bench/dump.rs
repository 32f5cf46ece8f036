//! Reports to time the stages on: two search term reports of one shop, the later restating half of the earlier's days, as
//! csv and as workbook. The same number of rows gives the same bytes: no clock, no library of chance.

use jiff::civil::Date;
use jiff::civil::date;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::fs::File;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const HEADER: &[&str] = &[
    "Date",
    "Portfolio name",
    "Currency",
    "Campaign Name",
    "Ad Group Name",
    "Targeting",
    "Match Type",
    "Customer Search Term",
    "Impressions",
    "Clicks",
    "Click-Thru Rate (CTR)",
    "Cost Per Click (CPC)",
    "Spend",
    "7 Day Total Sales ",
    "Total Advertising Cost of Sales (ACOS) ",
    "Total Return on Advertising Spend (ROAS)",
    "7 Day Total Orders (#)",
    "7 Day Total Units (#)",
    "7 Day Conversion Rate",
    "7 Day Advertised SKU Units (#)",
    "7 Day Other SKU Units (#)",
    "7 Day Advertised SKU Sales ",
    "7 Day Other SKU Sales ",
];
const WORDS: &[&str] = &[
    "desk", "lamp", "led", "dimmable", "clip", "warm", "white", "reading", "office", "bedside",
    "metal", "usb", "touch", "small", "brass", "swing", "arm", "kids", "study", "night",
];
/// Days of one report.
const DAYS: u32 = 10;
/// Days between the reports.
const LATER: u32 = 5;

/// How reports are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Xlsx,
}

impl Format {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// Both reports.
pub(crate) struct Dump {
    pub(crate) paths: Vec<PathBuf>,
    /// Bytes of csv, or of the sheets before they are packed.
    pub(crate) bytes: u64,
    pub(crate) rows: u64,
}

/// Writes two reports of so many rows each into a folder; every day has as many.
pub(crate) fn write(folder: &Path, format: Format, rows: u32) -> Result<Dump, Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let rows = rows.next_multiple_of(DAYS);
    let mut dump = Dump {
        paths: Vec::new(),
        bytes: 0,
        rows: u64::from(rows) * 2,
    };
    for first in [0, LATER] {
        let mut lines = Lines::of(format);
        for n in 0..rows {
            lines.push(first + n % DAYS, n / DAYS);
        }
        let text = lines.finish();
        dump.bytes += text.len() as u64;
        let name = format!(
            "Sponsored_Products_Search_term_report_{}.{}",
            day(first + DAYS),
            format.as_str()
        );
        let path = folder.join(name);
        match format {
            Format::Csv => fs::write(&path, text)?,
            Format::Xlsx => pack(&text, File::create(&path)?)?,
        }
        dump.paths.push(path);
    }
    Ok(dump)
}

fn day(n: u32) -> Date {
    let days = i64::from(n);
    date(2026, 1, 4).saturating_add(jiff::Span::new().days(days))
}

/// Numbers that look like chance.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let high = u32::try_from(self.0 >> 33).unwrap_or(0);
        high % n
    }

    fn word(&mut self) -> &'static str {
        let n = u32::try_from(WORDS.len()).unwrap_or(1);
        WORDS[self.below(n) as usize]
    }
}

/// A report being written, as text.
struct Lines {
    format: Format,
    text: String,
    row: u32,
}

impl Lines {
    fn of(format: Format) -> Self {
        let mut lines = Self {
            format,
            text: String::new(),
            row: 0,
        };
        if format == Format::Xlsx {
            lines.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet><dimension ref=\"A1\"/><sheetData>");
        }
        lines.begin();
        HEADER
            .iter()
            .enumerate()
            .for_each(|(at, label)| lines.text_cell(at, label));
        lines.end();
        lines
    }

    /// The row of one search term on one day; all but the day and the age of its sales depends on the term alone.
    fn push(&mut self, day_number: u32, term: u32) {
        let mut dice = Dice(u64::from(term) << 20 | u64::from(day_number));
        let (campaign, group) = (term % 300, term % 20);
        let clicks = dice.below(25);
        let impressions = 40 * clicks + dice.below(4_000) + 1;
        let (cpc, orders) = (20 + dice.below(280), clicks / 8);
        let spend = clicks * cpc;
        let sales = orders * (1_000 + dice.below(3_000));
        let terms = format!("{} {} {} {term}", dice.word(), dice.word(), dice.word());
        self.begin();
        match self.format {
            Format::Csv => self.text_cell(0, &day(day_number).strftime("%b %d, %Y").to_string()),
            Format::Xlsx => {
                let serial = 46_026 + day_number;
                let row = self.row;
                let _ = write!(self.text, "<c r=\"A{row}\" s=\"1\"><v>{serial}</v></c>");
            }
        }
        let texts = [
            format!("Portfolio {}", campaign % 10),
            "USD".to_owned(),
            format!("SP | Lamp {campaign} | \"Exact\", 40 cm"),
            format!("AG {campaign} {group}"),
            dice.word().to_owned(),
            "EXACT".to_owned(),
            terms,
        ];
        texts
            .iter()
            .zip(1..)
            .for_each(|(text, at)| self.text_cell(at, text));
        self.count(8, impressions);
        self.count(9, clicks);
        self.ratio(10, clicks, impressions);
        self.money(11, if clicks > 0 { cpc } else { 0 });
        self.money(12, spend);
        self.money(13, sales);
        self.ratio(14, spend, sales);
        self.number(
            15,
            &format!("{:.2}", f64::from(sales) / f64::from(spend.max(1))),
        );
        self.count(16, orders);
        self.count(17, orders);
        self.ratio(18, orders, clicks);
        self.count(19, orders);
        self.count(20, 0);
        self.money(21, sales);
        self.money(22, 0);
        self.end();
    }

    fn begin(&mut self) {
        self.row += 1;
        if self.format == Format::Xlsx {
            let _ = write!(self.text, "<row r=\"{}\">", self.row);
        }
    }

    fn end(&mut self) {
        match self.format {
            Format::Csv => {
                self.text.pop();
                self.text.push('\n');
            }
            Format::Xlsx => self.text.push_str("</row>"),
        }
    }

    fn finish(mut self) -> String {
        if self.format == Format::Xlsx {
            self.text.push_str("</sheetData></worksheet>");
        }
        self.text
    }

    fn address(&mut self, at: usize) {
        let letter = char::from(b'A' + u8::try_from(at).unwrap_or(25));
        let _ = write!(self.text, "<c r=\"{letter}{}\"", self.row);
    }

    fn text_cell(&mut self, at: usize, text: &str) {
        match self.format {
            Format::Csv if text.contains([',', '"']) => {
                let _ = write!(self.text, "\"{}\",", text.replace('"', "\"\""));
            }
            Format::Csv => {
                let _ = write!(self.text, "{text},");
            }
            Format::Xlsx => {
                self.address(at);
                let _ = write!(self.text, " t=\"inlineStr\"><is><t>{text}</t></is></c>");
            }
        }
    }

    fn number(&mut self, at: usize, number: &str) {
        match self.format {
            Format::Csv => {
                let _ = write!(self.text, "{number},");
            }
            Format::Xlsx => {
                self.address(at);
                let _ = write!(self.text, "><v>{number}</v></c>");
            }
        }
    }

    fn count(&mut self, at: usize, n: u32) {
        self.number(at, &n.to_string());
    }

    fn money(&mut self, at: usize, cents: u32) {
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        match self.format {
            Format::Csv => self.number(at, &format!("${amount}")),
            Format::Xlsx => self.number(at, &amount),
        }
    }

    /// Blank in a workbook, zero in csv, where there is nothing to divide by: as the console writes them.
    fn ratio(&mut self, at: usize, part: u32, whole: u32) {
        let ratio = f64::from(part) / f64::from(whole.max(1));
        match self.format {
            Format::Csv => self.number(at, &format!("{:.4}%", ratio * 100.0)),
            Format::Xlsx if whole == 0 => {}
            Format::Xlsx => self.number(at, &ratio.to_string()),
        }
    }
}

/// Packs a sheet as the console does: texts in their cells, one style for days.
fn pack(sheet: &str, file: File) -> Result<(), Box<dyn Error>> {
    const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |id: &str, what: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{TYPES}/{what}\" Target=\"{target}\"/>")
    };
    let relations = |inside: String| format!("<Relationships>{inside}</Relationships>");
    let parts = [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        ("_rels/.rels", relations(relation("a", "officeDocument", "xl/workbook.xml"))),
        ("xl/_rels/workbook.xml.rels", relations(relation("b", "worksheet", "worksheets/sheet1.xml") + &relation("c", "styles", "styles.xml"))),
        ("xl/workbook.xml", "<workbook><sheets><sheet name=\"Search terms\" sheetId=\"1\" r:id=\"b\"/></sheets></workbook>".to_owned()),
        ("xl/styles.xml", "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>".to_owned()),
        (SHEET, sheet.to_owned()),
    ];
    let mut writer = ZipWriter::new(io::BufWriter::new(file));
    for (name, text) in parts {
        writer.start_file(name, SimpleFileOptions::default())?;
        writer.write_all(text.as_bytes())?;
    }
    writer.finish()?.flush()?;
    Ok(())
}

/// The part with the cells.
pub(crate) const SHEET: &str = "xl/worksheets/sheet1.xml";
