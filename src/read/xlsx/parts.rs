//! The small parts of an xlsx workbook: relations, the list of sheets, number formats, texts, properties.

use crate::read::error::Bound;
use crate::read::number;
use crate::read::number::Epoch;
use crate::read::source::Source;
use crate::read::xlsx::window::Window;
use crate::read::xlsx::xml;
use crate::read::xlsx::xml::Attributes;
use crate::read::xlsx::xml::Token;
use crate::read::xlsx::xml::Xml;
use std::collections::BTreeMap;
use std::io;

/// One line of a relations part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) id: String,
    /// The last word of the type's address: `worksheet`, `chartsheet`, `styles`.
    pub(super) what: String,
    pub(super) target: String,
}

/// A sheet as the workbook lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) relation: String,
    pub(super) hidden: bool,
}

/// Texts that cells refer to by number: one arena and the end of each.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<usize>,
}

/// What the shared texts of a workbook may take of memory.
const MOST_SHARED: usize = 256 << 20;

impl Strings {
    /// Memory that the texts take.
    fn n_bytes(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<usize>()
    }

    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        Some(&self.text[start..end])
    }
}

fn unescaped(raw: &str) -> String {
    let mut text = String::new();
    xml::unescape(raw, true, &mut text);
    text
}

fn owned(attributes: &Attributes<'_>, name: &str) -> String {
    attributes.get(name).map(unescaped).unwrap_or_default()
}

/// Calls `each` with every tag that opens and the name of the one that encloses it.
fn for_each_tag(
    part: &Source,
    mut each: impl FnMut(&str, &str, &Attributes<'_>),
) -> io::Result<()> {
    let mut xml = Xml::new(Window::here(part)?);
    let mut enclosing: Vec<String> = Vec::new();
    loop {
        match xml.next()? {
            Token::Open {
                name,
                attributes,
                empty,
            } => {
                each(
                    enclosing.last().map_or("", String::as_str),
                    name,
                    &attributes,
                );
                if !empty {
                    enclosing.push(name.to_owned());
                }
            }
            Token::Close { .. } => _ = enclosing.pop(),
            Token::Text { .. } => {}
            Token::End => return Ok(()),
        }
    }
}

pub(super) fn relations(part: &Source) -> io::Result<Vec<Relation>> {
    let mut found = Vec::new();
    for_each_tag(part, |_, name, attributes| {
        if name == "Relationship" {
            let address = owned(attributes, "Type");
            let what = address.rsplit('/').next().unwrap_or_default().to_owned();
            found.push(Relation {
                id: owned(attributes, "Id"),
                what,
                target: owned(attributes, "Target"),
            });
        }
    })?;
    Ok(found)
}

/// The sheets in the order of their tabs, and the day that serial numbers count from.
pub(super) fn sheets(part: &Source) -> io::Result<(Vec<Listed>, Epoch)> {
    let (mut listed, mut epoch) = (Vec::new(), Epoch::Y1900);
    for_each_tag(part, |enclosing, name, attributes| {
        match (enclosing, name) {
            (_, "workbookPr")
                if matches!(attributes.get("date1904"), Some("1" | "true" | "on")) =>
            {
                epoch = Epoch::Y1904;
            }
            ("sheets", "sheet") => listed.push(Listed {
                name: owned(attributes, "name"),
                relation: owned(attributes, "id"),
                hidden: matches!(attributes.get("state"), Some("hidden" | "veryHidden")),
            }),
            _ => {}
        }
    })?;
    Ok((listed, epoch))
}

/// By style number, whether cells of that style show a day.
pub(super) fn styles_that_show_days(part: &Source) -> io::Result<Vec<bool>> {
    let mut written: BTreeMap<u32, bool> = BTreeMap::new();
    let mut styles = Vec::new();
    for_each_tag(part, |enclosing, name, attributes| {
        let id = attributes
            .get("numFmtId")
            .and_then(|id| id.parse().ok())
            .unwrap_or(0);
        match (enclosing, name) {
            ("numFmts", "numFmt") => {
                _ = written.insert(id, number::shows_day(&owned(attributes, "formatCode")));
            }
            ("cellXfs", "xf") => styles.push(id),
            _ => {}
        }
    })?;
    let shows_day = |id: &u32| {
        written
            .get(id)
            .copied()
            .unwrap_or_else(|| number::built_in_shows_day(*id))
    };
    Ok(styles.iter().map(shows_day).collect())
}

/// The texts; how Asian texts are pronounced, which stands beside them, is left out.
pub(super) fn strings(part: &Source) -> io::Result<Strings> {
    strings_up_to(part, MOST_SHARED)
}

fn strings_up_to(part: &Source, most: usize) -> io::Result<Strings> {
    let mut xml = Xml::new(Window::ahead(part)?);
    let mut strings = Strings::default();
    let (mut in_text, mut in_phonetic) = (false, false);
    loop {
        match xml.next()? {
            Token::Open {
                name: "t", empty, ..
            } => in_text = !empty && !in_phonetic,
            Token::Open {
                name: "rPh", empty, ..
            } => in_phonetic = !empty,
            Token::Open {
                name: "si",
                empty: true,
                ..
            }
            | Token::Close { name: "si" } => {
                strings.ends.push(strings.text.len());
                if strings.n_bytes() > most {
                    return Err(io::Error::other(Bound::Held(most as u64)));
                }
            }
            Token::Close { name: "t" } => in_text = false,
            Token::Close { name: "rPh" } => in_phonetic = false,
            Token::Text { text, escaped } if in_text => {
                xml::unescape(text, escaped, &mut strings.text);
            }
            Token::End => return Ok(strings),
            _ => {}
        }
    }
}

/// The text of each tag of these names, in the order of the part.
pub(super) fn texts(part: &Source, names: &[&str]) -> io::Result<Vec<(String, String)>> {
    let mut xml = Xml::new(Window::here(part)?);
    let mut found: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    loop {
        match xml.next()? {
            Token::Open {
                name, empty: false, ..
            } if names.contains(&name) => {
                found.push((name.to_lowercase(), String::new()));
                inside = true;
            }
            Token::Open { .. } | Token::Close { .. } => inside = false,
            Token::Text { text, escaped } if inside => {
                if let Some((_, value)) = found.last_mut() {
                    xml::unescape(text, escaped, value);
                }
            }
            Token::Text { .. } => {}
            Token::End => {
                found.retain(|(_, value)| !value.trim().is_empty());
                return Ok(found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::guard::Caps;

    fn part(text: &str) -> Source {
        Source::memory(
            text.as_bytes().to_vec(),
            Caps {
                expanded: 1 << 20,
                ratio: 100,
            },
        )
    }

    #[test]
    fn texts_leave_pronunciation_out() {
        let markup = "<sst><si><t>a</t></si><si/><si><r><t>東</t></r><r><t xml:space=\"preserve\"> 京</t></r>\
                      <rPh sb=\"0\"><t>トウ</t></rPh></si><si><t/></si><si><t>z&amp;_x0041_</t></si></sst>";
        let strings = strings(&part(markup)).unwrap();
        let all: Vec<_> = (0..).map_while(|at| strings.get(at)).collect();
        assert_eq!(all, ["a", "", "東 京", "", "z&A"]);
    }

    #[test]
    fn texts_are_held_within_a_bound() {
        let markup = format!("<sst>{}</sst>", "<si><t>abcd</t></si>".repeat(10));
        assert!(strings_up_to(&part(&markup), 120).is_ok());
        let why = strings_up_to(&part(&markup), 119).unwrap_err();
        let bound = why.get_ref().unwrap().downcast_ref();
        assert_eq!(bound, Some(&Bound::Held(119)));
    }

    #[test]
    fn styles_are_those_of_cells() {
        let markup = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"MMM dd, yyyy\"/></numFmts><cellStyleXfs>\
                      <xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"14\"/>\
                      <xf numFmtId=\"10\"/></cellXfs><dxfs><dxf><numFmt numFmtId=\"10\" formatCode=\"yyyy\"/></dxf></dxfs></styleSheet>";
        assert_eq!(
            styles_that_show_days(&part(markup)).unwrap(),
            [false, true, true, false]
        );
    }

    #[test]
    fn sheets_are_listed_with_their_state() {
        let markup = "<workbook xmlns:r=\"x\"><workbookPr date1904=\"1\"/><sheets><sheet name=\"A &amp; B\" sheetId=\"1\" r:id=\"rId1\"/>\
                      <sheet name=\"C\" state=\"veryHidden\" r:id=\"rId2\"/></sheets></workbook>";
        let listed = |name: &str, relation: &str, hidden| Listed {
            name: name.into(),
            relation: relation.into(),
            hidden,
        };
        let expected = vec![listed("A & B", "rId1", false), listed("C", "rId2", true)];
        assert_eq!(sheets(&part(markup)).unwrap(), (expected, Epoch::Y1904));
    }
}
