//! A file that is no container: delimited text, a nested document, or something that is no report.

use crate::read::Document;
use crate::read::Kind;
use crate::read::csv::TextTable;
use crate::read::decoding::Decoding;
use crate::read::delimiter;
use crate::read::delimiter::Evidence;
use crate::read::encoding::Survey;
use crate::read::encoding::Verdict;
use crate::read::error::Origin;
use crate::read::error::ReadError;
use crate::read::nested;
use crate::read::nested::Nested;
use crate::read::nested::NestedForm;
use crate::read::nested::Nestings;
use crate::read::sniff;
use crate::read::sniff::TextNature;
use crate::read::source::Source;
use crate::read::table::Handle;
use crate::read::table::Table;
use std::io;

/// Text that delimiter and kind are judged by.
const OPENING: usize = 128 << 10;

/// Makes a document of a source whose bytes were surveyed.
pub(super) fn open(
    source: Source,
    survey: Survey,
    origin: &Origin,
    name: &str,
    nestings: &Nestings,
) -> Result<Document, ReadError> {
    let fault = |why| ReadError::of(origin, why);
    let empty = || ReadError::Empty {
        origin: origin.clone(),
    };
    let binary = |what, remedy| ReadError::Binary {
        origin: origin.clone(),
        what,
        remedy,
    };
    if !survey.has_ink {
        return Err(empty());
    }
    let verdict = source
        .reader()
        .and_then(|reader| survey.verdict(reader))
        .map_err(fault)?;
    let Some(Verdict {
        encoding,
        lost,
        replacements,
        why,
    }) = verdict
    else {
        return Err(binary(
            "not text",
            "check which file it is, or export the report as CSV or Excel",
        ));
    };
    let reader = source.reader().map_err(fault)?;
    let opening = opening(Decoding::new(
        reader,
        encoding.new_decoder_with_bom_removal(),
    ))
    .map_err(fault)?;
    let content = (survey.content_id, survey.size);
    let mut evidence = vec![format!("{}: {why}", encoding.name())];
    match sniff::text_nature(opening.rest()) {
        TextNature::Html => {
            return Err(ReadError::Html {
                origin: origin.clone(),
            });
        }
        nature @ (TextNature::Xml | TextNature::Json) => {
            let form = match nature {
                TextNature::Xml => NestedForm::Xml,
                _ if nested::is_in_lines(opening.rest()) => NestedForm::JsonLines,
                _ => NestedForm::Json,
            };
            let document = Nested {
                source,
                encoding,
                form,
                origin: origin.clone(),
            };
            let found = nested::open(document, nestings)?;
            // XML is what much comes in that is no report; JSON that is not known may be one, and waits.
            if form == NestedForm::Xml && found.tables.is_empty() {
                return Err(binary(
                    "an XML document of no known report",
                    "choose CSV, text or Excel when downloading",
                ));
            }
            let kind = Kind::Nested {
                form: found.form,
                encoding: encoding.name(),
                lost: lost + found.lost,
                replacements,
                lists: found.lists,
            };
            return Ok(Document {
                evidence,
                ..Document::of(name, content, kind, found.tables)
            });
        }
        TextNature::Rows => {}
    }
    let grammar = match delimiter::judge(opening.rest(), opening.ended()) {
        Evidence::Blank => return Err(empty()),
        Evidence::Sentence(text) => {
            return Err(ReadError::Sentence {
                origin: origin.clone(),
                text: shortened(&text),
            });
        }
        Evidence::Table(grammar) => grammar,
    };
    evidence.extend(delimiter::why(opening.rest(), opening.ended(), grammar));
    let handle = Handle::Text(TextTable {
        source,
        encoding,
        grammar,
        origin: origin.clone(),
    });
    let table = Table::open(None, handle)?;
    if table.opening.is_empty() {
        return Err(empty());
    }
    let delimiter = char::from(grammar.delimiter);
    let quoting = grammar.quoting;
    let kind = Kind::Text {
        encoding: encoding.name(),
        delimiter,
        quoting,
        lost,
        replacements,
    };
    Ok(Document {
        evidence,
        ..Document::of(name, content, kind, vec![table])
    })
}

/// Reads on until there is enough to judge by.
fn opening(mut decoding: Decoding) -> io::Result<Decoding> {
    while !decoding.ended() && decoding.rest().len() < OPENING {
        decoding.fill()?;
    }
    Ok(decoding)
}

/// A sentence as an error quotes it.
fn shortened(text: &str) -> String {
    const MOST: usize = 300;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
