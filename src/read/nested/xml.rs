//! A document of XML -> a tape, as if it were JSON: an element with elements or attributes inside is an object, one with
//! text alone is that text, and elements of one name side by side are a list. Namespaces and comments are read past.
//!
//! It is held whole, within limits: reports in XML are small.

use crate::read::decoding::Decoding;
use crate::read::error::Origin;
use crate::read::error::ReadError;
use crate::read::nested::tape::Kind;
use crate::read::nested::tape::Overflow;
use crate::read::nested::tape::Tape;
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;
use std::collections::BTreeMap;

const DEEPEST: usize = 128;
const LARGEST: usize = 32 << 20;

/// An element being read.
#[derive(Debug, Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

/// Reads a whole document.
pub(super) fn read(mut decoding: Decoding, origin: &Origin) -> Result<Tape, ReadError> {
    while !decoding.ended() {
        if decoding.rest().len() > LARGEST {
            return Err(large(origin));
        }
        decoding.fill().map_err(|why| ReadError::of(origin, why))?;
    }
    let root = parse(decoding.rest()).map_err(|problem| ReadError::Xml {
        origin: origin.clone(),
        problem,
    })?;
    let mut tape = Tape::default();
    tape.is_loose = true;
    let mut document = Element::default();
    document.children.push(root);
    lay(&document, &mut tape).map_err(|_| large(origin))?;
    Ok(tape)
}

fn large(origin: &Origin) -> ReadError {
    ReadError::LargeRecord {
        origin: origin.clone(),
        place: String::new(),
    }
}

/// The root element.
fn parse(text: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event();
        let at = reader.buffer_position();
        let event = event.map_err(|why| format!("{why} at byte {at}"))?;
        match event {
            Event::Start(start) => {
                if open.len() == DEEPEST {
                    return Err(format!("elements are nested more than {DEEPEST} deep"));
                }
                open.push(element(&start)?);
            }
            Event::Empty(start) => {
                let element = element(&start)?;
                put(element, &mut open, &mut root)?;
            }
            Event::End(_) => {
                let element = open.pop().ok_or("an element ends that was not open")?;
                put(element, &mut open, &mut root)?;
            }
            Event::Text(part) => {
                append(&mut open, &part.xml10_content());
            }
            Event::CData(part) => {
                append(&mut open, &part.xml10_content());
            }
            Event::GeneralRef(reference) => {
                let character = reference
                    .resolve_char_ref()
                    .map_err(|why| why.to_string())?;
                let name = reference.xml10_content();
                match (character, resolve_xml_entity(&name)) {
                    (Some(character), _) => append(&mut open, character.encode_utf8(&mut [0; 4])),
                    (None, Some(known)) => append(&mut open, known),
                    (None, None) => return Err(format!("the entity {name:?} is not known")),
                }
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    if !open.is_empty() {
        return Err("it ends inside of an element: the download was cut off".to_owned());
    }
    root.ok_or_else(|| "it holds no element".to_owned())
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element {
        name: start.local_name().as_ref().to_owned(),
        ..Element::default()
    };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|why| why.to_string())?;
        let key = attribute.key;
        // What declares a namespace or speaks of the document's schema is nothing of the report.
        if key.as_ref().starts_with("xmlns") || key.prefix().is_some() {
            continue;
        }
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|why| why.to_string())?;
        element.children.push(Element {
            name: key.local_name().as_ref().to_owned(),
            text: value.into_owned(),
            children: Vec::new(),
        });
    }
    Ok(element)
}

fn put(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), String> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_none() => *root = Some(element),
        None => return Err("it holds more than one element at its top".to_owned()),
    }
    Ok(())
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// Lays an element's inside on the tape.
fn lay(element: &Element, tape: &mut Tape) -> Result<(), Overflow> {
    let text = element.text.trim();
    if element.children.is_empty() {
        let kind = if text.is_empty() {
            Kind::Null
        } else {
            Kind::Text
        };
        tape.push(kind, &element.name, |out| out.push_str(text))?;
        return Ok(());
    }
    let object = tape.push(Kind::Object, &element.name, |_| {})?;
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<&Element>> = Vec::new();
    for child in &element.children {
        let place = *places.entry(&child.name).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Vec::new());
        }
        groups[place].push(child);
    }
    for group in groups {
        if let [alone] = group[..] {
            lay(alone, tape)?;
            continue;
        }
        let list = tape.push(Kind::Array, &group[0].name, |_| {})?;
        for child in group {
            lay(child, tape)?;
        }
        tape.close(list);
    }
    tape.close(object);
    Ok(())
}
