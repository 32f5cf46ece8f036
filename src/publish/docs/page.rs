//! The catalogue as one page that needs nothing else: contents, search, an article for each table and kind of report.

use crate::publish::docs::Column;
use crate::publish::docs::Docs;
use crate::publish::docs::Entry;
use crate::publish::docs::Kind;
use crate::publish::docs::Report;
use crate::publish::docs::lineage;
use crate::publish::label::Lang;
use crate::publish::review::page::STYLE;
use crate::publish::review::page::escaped;
use std::fmt::Write;

const OWN_STYLE: &str = include_str!("docs.css");
const SCRIPT: &str = include_str!("docs.js");

/// The fixed words of the page.
pub(super) struct Words {
    title: &'static str,
    lead: &'static str,
    contents: &'static str,
    skip: &'static str,
    search: &'static str,
    hint: &'static str,
    found: &'static str,
    kinds: [(&'static str, &'static str); 5],
    reports: (&'static str, &'static str),
    columns: &'static str,
    column: &'static str,
    ty: &'static str,
    unit: &'static str,
    meaning: &'static str,
    labels: &'static str,
    grain: &'static str,
    files: &'static str,
    source: &'static str,
    checks: &'static str,
    download: &'static str,
    partial: &'static str,
    unusable: &'static str,
    severity: [(&'static str, &'static str); 2],
    pub(super) made_of: &'static str,
    pub(super) fed_by: &'static str,
    pub(super) read_by: &'static str,
    pub(super) reaches: &'static str,
    pub(super) reports_needed: &'static str,
    pub(super) feeds: &'static str,
}

const ZH: Words = Words {
    title: "数据目录",
    lead: "数据仓中每张表、每个结果表的粒度、字段、检查与来龙去脉，以及可读取的报告种类。由 sellerlake docs 生成，不需要网络。",
    contents: "目录",
    skip: "跳到正文",
    search: "搜索",
    hint: "表名、字段、含义、报告或表头",
    found: "匹配",
    kinds: [
        ("结果表", "供阅读、工作簿与 BI 使用，每次构建后检查。"),
        ("数据表", "报告的最新内容：current/ 下的 Parquet。"),
        ("中间步骤", "结果表的计算步骤，不落盘。"),
        ("种子表", "团队自己维护、报告不提供的资料，放在 seeds/。"),
        ("内置表", "每次构建都有，由程序生成。"),
    ],
    reports: ("报告种类", "按内容识别；下载位置见各条。"),
    columns: "字段",
    column: "列名",
    ty: "类型",
    unit: "单位",
    meaning: "含义",
    labels: "报告中的表头",
    grain: "粒度",
    files: "文件",
    source: "定义",
    checks: "检查",
    download: "下载位置",
    partial: "只认识部分表头",
    unusable: "认识但不使用：",
    severity: [("error", "错误"), ("warn", "警告")],
    made_of: "来源",
    fed_by: "来自报告",
    read_by: "直接用于",
    reaches: "最终用于结果表",
    reports_needed: "所需报告",
    feeds: "写入",
};

const EN: Words = Words {
    title: "Catalogue",
    lead: "Every table and mart of the store: its grain, columns, checks, where it comes from and where it goes, and the kinds of report that can be read. Made by sellerlake docs; needs no network.",
    contents: "Contents",
    skip: "Skip to the text",
    search: "Search",
    hint: "table, column, meaning, report or header label",
    found: "found",
    kinds: [
        (
            "Marts",
            "What people, workbooks and BI tools read; checked at every build.",
        ),
        (
            "Tables",
            "What the reports say now: the Parquet files below current/.",
        ),
        ("Stages", "Steps on the way to the marts; not stored."),
        (
            "Seeds",
            "What a team knows and no report tells: files in seeds/.",
        ),
        ("Given tables", "There at every build, made by the program."),
    ],
    reports: (
        "Kinds of report",
        "Known by their content; each says where it is downloaded.",
    ),
    columns: "Columns",
    column: "Column",
    ty: "Type",
    unit: "Unit",
    meaning: "Meaning",
    labels: "Header labels",
    grain: "One row per",
    files: "Files",
    source: "Defined in",
    checks: "Checks",
    download: "Download",
    partial: "only some of its headers are known",
    unusable: "known and not used: ",
    severity: [("error", "error"), ("warn", "warning")],
    made_of: "Made of",
    fed_by: "From reports",
    read_by: "Read by",
    reaches: "Reaches the marts",
    reports_needed: "Reports behind it",
    feeds: "Feeds",
};

pub(super) fn anchor(name: &str) -> String {
    format!("t-{name}")
}

pub(super) fn report_anchor(id: &str) -> String {
    format!("r-{}", id.replace('/', "-"))
}

/// Articles under one heading.
struct Part<'a> {
    id: String,
    title: &'a str,
    lead: &'a str,
    /// A heading within, and what stands under it.
    groups: Vec<(String, Vec<Item<'a>>)>,
}

enum Item<'a> {
    Table(&'a Entry),
    Report(&'a Report),
}

impl Item<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Table(entry) => &entry.name,
            Self::Report(report) => &report.id,
        }
    }

    fn title(&self, lang: Lang) -> &str {
        match self {
            Self::Table(entry) => entry.title.get(lang),
            Self::Report(report) => report.title.get(lang),
        }
    }

    fn anchor(&self) -> String {
        match self {
            Self::Table(entry) => anchor(&entry.name),
            Self::Report(report) => report_anchor(&report.id),
        }
    }
}

/// The whole page.
pub(super) fn html(docs: &Docs, lang: Lang) -> String {
    let (words, code) = match lang {
        Lang::Zh => (&ZH, "zh-CN"),
        Lang::En => (&EN, "en"),
    };
    let parts = parts(docs, lang, words);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{code}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><title>{title} · sellerlake</title><style>{STYLE}{OWN_STYLE}</style></head>\n<body><a class=\"skip\" href=\"#main\">{skip}</a><header><h1>{title}</h1><p class=\"quiet\">{lead}</p><form role=\"search\" hidden><label for=\"q\">{search}</label> <input id=\"q\" type=\"search\" autocomplete=\"off\" placeholder=\"{hint}\" aria-describedby=\"n\"> <output id=\"n\" data-word=\"{found}\"></output></form></header>\n<div class=\"frame\">",
        title = words.title,
        skip = words.skip,
        lead = words.lead,
        search = words.search,
        hint = words.hint,
        found = words.found,
    );
    contents(&mut out, lang, words, &parts);
    out.push_str("<main id=\"main\" tabindex=\"-1\">");
    for part in &parts {
        let _ = write!(
            out,
            "\n<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{}</h2><p class=\"note\">{}</p>",
            part.title,
            part.lead,
            id = part.id
        );
        for (title, items) in &part.groups {
            out.push_str("<div class=\"group\">");
            if !title.is_empty() {
                let _ = write!(out, "<h3 class=\"of\">{}</h3>", escaped(title));
            }
            for item in items {
                match item {
                    Item::Table(entry) => table(&mut out, docs, lang, words, entry),
                    Item::Report(one) => report(&mut out, docs, lang, words, one),
                }
            }
            out.push_str("</div>");
        }
        out.push_str("</section>");
    }
    let _ = write!(
        out,
        "</main></div>\n<footer>sellerlake {}</footer><script>{SCRIPT}</script></body></html>\n",
        env!("CARGO_PKG_VERSION")
    );
    out
}

fn parts<'a>(docs: &'a Docs, lang: Lang, words: &Words) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    for (kind, (title, lead)) in Kind::ALL.into_iter().zip(words.kinds) {
        let mut groups: Vec<(String, Vec<Item<'_>>)> = Vec::new();
        for entry in docs.tables.iter().filter(|entry| entry.kind == kind) {
            let group = entry.group.get(lang);
            match groups.iter_mut().find(|(title, _)| title == group) {
                Some((_, items)) => items.push(Item::Table(entry)),
                None => groups.push((group.to_owned(), vec![Item::Table(entry)])),
            }
        }
        if !groups.is_empty() {
            parts.push(Part {
                id: format!("k-{}", kind.as_str()),
                title,
                lead,
                groups,
            });
        }
    }
    let mut groups: Vec<(String, Vec<Item<'_>>)> = Vec::new();
    for report in &docs.reports {
        let source = report.id.split('/').next().unwrap_or_default();
        match groups.iter_mut().find(|(title, _)| title == source) {
            Some((_, items)) => items.push(Item::Report(report)),
            None => groups.push((source.to_owned(), vec![Item::Report(report)])),
        }
    }
    let (title, lead) = words.reports;
    parts.push(Part {
        id: "k-report".to_owned(),
        title,
        lead,
        groups,
    });
    parts
}

fn contents(out: &mut String, lang: Lang, words: &Words, parts: &[Part<'_>]) {
    let _ = write!(
        out,
        "<nav aria-label=\"{0}\"><details class=\"toc\" open><summary>{0}</summary>",
        words.contents
    );
    for part in parts {
        let n: usize = part.groups.iter().map(|(_, items)| items.len()).sum();
        let _ = write!(
            out,
            "<details><summary>{} <span class=\"quiet\">{n}</span></summary><ul>",
            part.title
        );
        for (title, items) in &part.groups {
            if !title.is_empty() {
                let _ = write!(out, "<li class=\"of\">{}</li>", escaped(title));
            }
            for item in items {
                let _ = write!(
                    out,
                    "<li><a href=\"#{}\" title=\"{}\">{}</a></li>",
                    item.anchor(),
                    escaped(item.title(lang)),
                    escaped(item.name())
                );
            }
        }
        out.push_str("</ul></details>");
    }
    out.push_str("</details></nav>");
}

fn table(out: &mut String, docs: &Docs, lang: Lang, words: &Words, entry: &Entry) {
    head(
        out,
        &anchor(&entry.name),
        &entry.name,
        entry.title.get(lang),
    );
    if !entry.about.is_empty() {
        let _ = write!(out, "<p lang=\"en\">{}</p>", escaped(&entry.about));
    }
    for note in &entry.notes {
        let _ = write!(out, "<p>{}</p>", escaped(note.get(lang)));
    }
    out.push_str("<dl>");
    fact(out, words.grain, &entry.grain.join(", "));
    fact(out, words.files, &entry.files);
    fact(out, words.source, &entry.source);
    out.push_str("</dl>");
    columns(out, lang, words, entry);
    if !entry.checks.is_empty() {
        let _ = write!(
            out,
            "<details><summary>{} ({})</summary><ul>",
            words.checks,
            entry.checks.len()
        );
        for check in &entry.checks {
            let severity = words.severity.iter().find(|(is, _)| *is == check.severity);
            let class = if check.severity == "error" {
                "bad"
            } else {
                "act"
            };
            let _ = write!(
                out,
                "<li>{} <span class=\"tag {class}\">{}</span></li>",
                escaped(check.rule.get(lang)),
                severity.map_or(check.severity, |(_, word)| word)
            );
        }
        out.push_str("</ul></details>");
    }
    lineage::of_entry(out, docs, lang, words, entry);
    out.push_str("</article>");
}

fn columns(out: &mut String, lang: Lang, words: &Words, entry: &Entry) {
    if entry.columns.is_empty() {
        return;
    }
    rows_head(
        out,
        words,
        &entry.name,
        entry.columns.len(),
        &[words.column, words.ty, words.unit, words.meaning],
    );
    for Column {
        name,
        ty,
        unit,
        meaning,
    } in &entry.columns
    {
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(name),
            escaped(ty),
            escaped(lang.unit(unit)),
            escaped(meaning.get(lang))
        );
    }
    out.push_str("</tbody></table></div></details>");
}

fn report(out: &mut String, docs: &Docs, lang: Lang, words: &Words, report: &Report) {
    head(
        out,
        &report_anchor(&report.id),
        &report.id,
        report.title.get(lang),
    );
    if let Some(reason) = &report.unusable {
        let _ = write!(out, "<p>{}{}</p>", words.unusable, escaped(reason));
    }
    if !report.is_complete {
        let _ = write!(out, "<p>{}</p>", words.partial);
    }
    out.push_str("<dl>");
    fact(out, words.download, &report.download);
    out.push_str("</dl>");
    rows_head(
        out,
        words,
        &report.id,
        report.columns.len(),
        &[words.column, words.ty, words.meaning, words.labels],
    );
    for column in &report.columns {
        let zh = if lang == Lang::Zh {
            &*column.title_zh
        } else {
            ""
        };
        let meaning = if zh.is_empty() {
            crate::publish::label::english(&column.name)
        } else {
            zh.to_owned()
        };
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&column.name),
            escaped(&column.ty),
            escaped(&meaning),
            escaped(&column.labels.join(" · "))
        );
    }
    out.push_str("</tbody></table></div></details>");
    lineage::of_report(out, docs, words, report);
    out.push_str("</article>");
}

fn head(out: &mut String, anchor: &str, name: &str, title: &str) {
    let _ = write!(
        out,
        "\n<article id=\"{anchor}\" aria-labelledby=\"{anchor}-h\"><h4 id=\"{anchor}-h\"><a href=\"#{anchor}\"><code>{}</code></a> {}</h4>",
        escaped(name),
        escaped(title)
    );
}

fn rows_head(out: &mut String, words: &Words, name: &str, n: usize, heads: &[&str]) {
    let _ = write!(
        out,
        "<details class=\"rows\"><summary>{} ({n})</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{1} {0}\"><table><caption>{1} {0}</caption><thead><tr>",
        words.columns,
        escaped(name)
    );
    for head in heads {
        let _ = write!(out, "<th scope=\"col\">{head}</th>");
    }
    out.push_str("</tr></thead><tbody>");
}

fn fact(out: &mut String, head: &str, text: &str) {
    if !text.is_empty() {
        let _ = write!(out, "<dt>{head}</dt><dd>{}</dd>", escaped(text));
    }
}
