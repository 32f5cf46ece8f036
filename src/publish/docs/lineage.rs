//! Where a table comes from and where it goes, as nested lists with links.

use crate::publish::docs::Docs;
use crate::publish::docs::Entry;
use crate::publish::docs::Kind;
use crate::publish::docs::Report;
use crate::publish::docs::page::Words;
use crate::publish::docs::page::anchor;
use crate::publish::docs::page::report_anchor;
use crate::publish::label::Lang;
use crate::publish::review::page::escaped;
use std::collections::BTreeSet;
use std::fmt::Write;

/// All that stands before and behind an entry.
pub(super) fn of_entry(out: &mut String, docs: &Docs, lang: Lang, words: &Words, entry: &Entry) {
    let name = entry.name.as_str();
    if entry.kind != Kind::Mart {
        // Where a stage comes from, the tree of each mart that it is for tells to the end.
        let inputs = entry.inputs.iter().filter_map(|input| docs.entry(input));
        links(out, words.made_of, inputs);
    } else if !entry.inputs.is_empty() {
        let _ = write!(
            out,
            "<details class=\"from\"><summary>{}</summary><ul class=\"tree\">",
            words.made_of
        );
        let mut told = BTreeSet::from([name]);
        for input in &entry.inputs {
            branch(out, docs, lang, input, &mut told);
        }
        out.push_str("</ul></details>");
    }
    let feeders = docs.feeders(name);
    if !feeders.is_empty() {
        let _ = write!(out, "<p><b>{}</b></p><ul>", words.fed_by);
        for report in feeders {
            report_line(out, lang, report);
        }
        out.push_str("</ul>");
    }
    let readers = docs.readers(name);
    if !readers.is_empty() {
        links(out, words.read_by, readers.iter().copied());
    }
    let marts = docs.marts_of(&[name]);
    let beyond = marts
        .iter()
        .filter(|mart| mart.name != name && !readers.iter().any(|reader| reader.name == mart.name));
    links(out, words.reaches, beyond.copied());
    if entry.kind == Kind::Mart {
        let reports = docs.reports_of(name);
        if !reports.is_empty() {
            let _ = write!(
                out,
                "<details class=\"from\"><summary>{} ({})</summary><ul>",
                words.reports_needed,
                reports.len()
            );
            for report in reports {
                report_line(out, lang, report);
            }
            out.push_str("</ul></details>");
        }
    }
}

/// Where a report's rows go.
pub(super) fn of_report(out: &mut String, docs: &Docs, words: &Words, report: &Report) {
    let tables = report.tables.iter().filter_map(|name| docs.entry(name));
    links(out, words.feeds, tables);
    let names: Vec<&str> = report.tables.iter().map(String::as_str).collect();
    links(out, words.reaches, docs.marts_of(&names).into_iter());
}

/// A table with what it is made of below it; what was told before is only named.
fn branch<'a>(
    out: &mut String,
    docs: &'a Docs,
    lang: Lang,
    name: &'a str,
    told: &mut BTreeSet<&'a str>,
) {
    let Some(entry) = docs.entry(name) else {
        return;
    };
    let _ = write!(
        out,
        "<li>{} <span class=\"quiet\">{}</span>",
        link(entry),
        escaped(entry.title.get(lang))
    );
    let has_more = !entry.inputs.is_empty();
    if has_more && told.insert(name) {
        out.push_str("<ul>");
        for input in &entry.inputs {
            branch(out, docs, lang, input, told);
        }
        out.push_str("</ul>");
    } else if has_more {
        out.push_str(" <span class=\"quiet\">↑</span>");
    }
    out.push_str("</li>");
}

fn report_line(out: &mut String, lang: Lang, report: &Report) {
    let _ = write!(
        out,
        "<li><a href=\"#{}\">{}</a> <span class=\"quiet\">{}</span></li>",
        report_anchor(&report.id),
        escaped(&report.id),
        escaped(report.title.get(lang))
    );
}

fn links<'a>(out: &mut String, head: &str, entries: impl Iterator<Item = &'a Entry>) {
    let all: Vec<String> = entries.map(link).collect();
    if !all.is_empty() {
        let _ = write!(
            out,
            "<p class=\"links\"><b>{head}</b> {}</p>",
            all.join(" ")
        );
    }
}

fn link(entry: &Entry) -> String {
    format!(
        "<a class=\"{}\" href=\"#{}\">{}</a>",
        entry.kind.as_str(),
        anchor(&entry.name),
        escaped(&entry.name)
    )
}
