//! Nested documents to rows, made character by character.

use super::*;
use crate::model::nesting::Clock;
use crate::model::nesting::Series;
use crate::model::nesting::SeriesValue;
use crate::model::nesting::Sign;
use crate::read::decoding::Decoding;
use crate::read::error::Origin;
use crate::read::guard::Caps;
use crate::read::nested::walk::Walk;
use crate::read::source::Source;
use encoding_rs::UTF_8;
use proptest::prelude::*;
use std::io;
use std::io::Read;

fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

fn of_rows(rows: &[&str]) -> Nesting {
    Nesting {
        rows: rows.iter().map(|text| path(text)).collect(),
        ..Nesting::default()
    }
}

fn document(text: &str, form: NestedForm) -> Nested {
    let caps = Caps {
        expanded: 1 << 30,
        ratio: 1000,
    };
    Nested {
        source: Source::memory(text.as_bytes().to_vec(), caps),
        encoding: UTF_8,
        form,
        origin: Origin::of(std::path::Path::new("x.json")),
    }
}

fn found(text: &str, form: NestedForm, nestings: Vec<Nesting>, told: &[&str]) -> Found {
    let wanted = Nestings {
        nestings: nestings.into_iter().map(Arc::new).collect(),
        told: told.iter().map(|text| path(text)).collect(),
    };
    open(document(text, form), &wanted).unwrap()
}

/// The labels, then the cells of each row, with `|` between.
fn lines(table: &Table) -> Vec<String> {
    let mut lines = vec![table.opening[0].cells.join("|")];
    for chunk in table.chunks(0).unwrap() {
        let chunk = chunk.unwrap();
        for row in 0..chunk.n_rows() {
            let cells: Vec<&str> = (0..chunk.width(row))
                .map(|at| chunk.cell(row, at))
                .collect();
            lines.push(format!("{}: {}", chunk.row_number(row), cells.join("|")));
        }
    }
    lines
}

fn rows(text: &str, nesting: Nesting) -> Vec<String> {
    let form = if is_in_lines(text) {
        NestedForm::JsonLines
    } else {
        NestedForm::Json
    };
    let found = found(text, form, vec![nesting], &[]);
    assert_eq!(found.tables.len(), 1, "{text}");
    lines(&found.tables[0])
}

#[test]
fn records_become_rows_with_paths_for_labels() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "[]",
            r#"[{"a":1,"b":"x"},{"b":"y","a":2}]"#,
            &["a|b", "1: 1|x", "2: 2|y"],
        ),
        // A member that comes later is a column too; null and lack are empty; a record of nothing is counted.
        (
            "[]",
            r#"[{"a":1},{},{"a":null,"b":true}]"#,
            &["a|b", "1: 1", "3: |true"],
        ),
        // What was null in one record and an object in another is that object's members.
        (
            "d[]",
            r#"{"d":[{"f":null},{"f":{"x":1.50,"y":{"z":[]}}}]}"#,
            &["f.x|f.y.z", "2: 1.5"],
        ),
        // Values of a list share a cell; of two members of one name the later counts.
        (
            "d[]",
            r#"{"d":[{"l":["a","b"],"o":[{"p":1},{"p":2}],"s":1,"s":2}]}"#,
            &["l[]|o[].p|s", "1: a;b|1;2|2"],
        ),
        (
            "d.l[]",
            r#"{"d":{"l":["x","y"]}}"#,
            &["element", "1: x", "2: y"],
        ),
        (
            "m.*",
            r#"{"m":{"1":{"a":1},"n":5,"2":{"a":2}}}"#,
            &["a", "1: 1", "2: 2"],
        ),
        // One record a line, with and without anything between; and a lone line.
        ("[]", "{\"a\":1}\n{\"a\":2}\n", &["a", "1: 1", "2: 2"]),
        ("[]", r#"{"a":{"b":1}}"#, &["a.b", "1: 1"]),
        (
            "d[]",
            "{\"d\":[{\"a\":1}]}\n{\"d\":[{\"a\":2}]}",
            &["a", "1: 1", "2: 2"],
        ),
        // Codes keep all digits; escapes are characters.
        (
            "[]",
            r#"[{"id":318247289347293847,"t":"\u5546\n\"品\"","n":NaN}]"#,
            &["id|t|n", "1: 318247289347293847|商\n\"品\"|NaN"],
        ),
    ];
    for (rows_at, text, expected) in cases {
        assert_eq!(rows(text, of_rows(&[rows_at])), *expected, "{text}");
    }
}

#[test]
fn rows_carry_what_stands_around_their_record() {
    // What is carried may stand behind the records, in the part or in the document.
    let text = r#"{"p":[{"l":[{"a":1},{"a":2,"who":"own"}],"who":"x"},{"l":[{"a":3}]}],"at":7}"#;
    let nesting = Nesting {
        carried: vec![("at".into(), path("at")), ("who".into(), path("p[].who"))],
        position: Some("n".into()),
        ..of_rows(&["p[].l[]"])
    };
    assert_eq!(
        rows(text, nesting),
        ["n|at|who|a", "1: 1|7|x|1", "2: 2|7|own|2", "3: 1|7||3"]
    );
    // A record that holds others is none; the key is what leads to each from the last list on.
    let text = r#"{"s":[{"m":"US"}],"p":[{"late":{"rate":1},"odr":{"afn":{"rate":2},"mfn":{"rate":3}},"m":"DE","w":[{"t":4}]}]}"#;
    let nesting = Nesting {
        carried: vec![("m".into(), path("p[].m"))],
        key: Some("metric".into()),
        ..of_rows(&["s[]", "p[].*", "p[].odr.*", "p[].w[]"])
    };
    assert_eq!(
        rows(text, nesting),
        [
            "metric|m|rate|t",
            "1: s|US",
            "2: late|DE|1",
            "3: odr.afn|DE|2",
            "4: odr.mfn|DE|3",
            "5: w|DE||4"
        ]
    );
}

#[test]
fn lists_may_be_columns_and_parts_left_out() {
    let text = r#"[{"s":{"c":[1,-1,3],"x":[9]},"big":[[1,2]],"m":{"k":{"v":1},"l":{"v":2}}}]"#;
    let nesting = Nesting {
        indexed: vec![path("s.c")],
        left_out: vec![path("big"), path("m.*")],
        ..of_rows(&["[]"])
    };
    assert_eq!(
        rows(text, nesting),
        ["s.c[0]|s.c[1]|s.c[2]|s.x[]", "1: 1|-1|3|9"]
    );
}

fn value(offset: usize, metric: &str, unit: &str) -> SeriesValue {
    SeriesValue {
        offset,
        metric: metric.into(),
        unit: unit.into(),
        sign: Sign::Any,
        may_lack: true,
    }
}

fn series_nesting() -> Nesting {
    let series = |at: &str, stride, values| Series {
        path: path(at),
        stride,
        values,
    };
    let signed = |metric: &str, sign| SeriesValue {
        sign,
        may_lack: false,
        ..value(1, metric, "money")
    };
    Nesting {
        carried: vec![("asin".into(), path("p[].asin"))],
        clocks: vec![(
            vec!["at".into()],
            Clock {
                unit_ms: 60_000,
                since_ms: 1_293_840_000_000,
            },
        )],
        series: vec![
            series("csv[0]", 2, vec![value(1, "price", "money")]),
            series(
                "csv[2]",
                3,
                vec![value(1, "box", "money"), value(2, "shipping", "money")],
            ),
            series("ranks.*", 2, vec![value(1, "rank", "rank")]),
            series("seller", 2, vec![value(1, "seller", "text")]),
            series(
                "coupon",
                2,
                vec![
                    signed("coupon", Sign::Positive),
                    signed("off", Sign::Negative),
                ],
            ),
        ],
        absent: vec![
            ("-1".into(), "none".into()),
            ("-2".into(), "unknown".into()),
        ],
        ..of_rows(&["p[]"])
    }
}

#[test]
fn points_of_series_become_rows() {
    let text = r#"{"p":[{"csv":[[8057266,1499,8057268,-1],null,[8057266,1499,0,8057268,-1],[5,6]],
        "ranks":{"77":[8057266,3]},"seller":["8057266","A1","8057268","-2"],"coupon":[8057266,-5],
        "asin":"B01"}]}"#;
    assert_eq!(
        rows(text, series_nesting()),
        [
            "asin|metric|member|at|value|text|unit|csv[3]",
            "1: B01|price||2026-04-27T07:46:00|1499||money",
            "2: B01|price||2026-04-27T07:48:00||none|money",
            "3: B01|box||2026-04-27T07:46:00|1499||money",
            "4: B01|shipping||2026-04-27T07:46:00|0||money",
            "5: B01|box||2026-04-27T07:48:00||none|money",
            "6: B01|shipping||2026-04-27T07:48:00|(the list ends here)||money",
            "7: B01|rank|77|2026-04-27T07:46:00|3||rank",
            "8: B01|seller||2026-04-27T07:46:00||A1|text",
            "9: B01|seller||2026-04-27T07:48:00||unknown|text",
            "10: B01|coupon||2026-04-27T07:46:00|0||money",
            "11: B01|off||2026-04-27T07:46:00|5||money",
        ]
    );
}

#[test]
fn facts_are_told_and_empty_lists_said() {
    let text = r#"{"spec":{"start":"2026-01-01","ids":["A","B"],"n":7},"d":[],"e":[{"x":[1]}]}"#;
    let found = found(
        text,
        NestedForm::Json,
        vec![of_rows(&["d[]"]), of_rows(&["f[]"])],
        &["spec.start", "spec.ids", "spec.n", "spec.no"],
    );
    let [table] = &found.tables[..] else {
        panic!("{:?}", found.tables)
    };
    assert_eq!(
        (table.sheet.as_deref(), table.skipped.as_deref()),
        (Some("d[]"), Some("an empty list"))
    );
    assert_eq!(found.lists, ["d[]", "e[]"]);
    let found = self::found(
        text,
        NestedForm::Json,
        vec![of_rows(&["e[]"])],
        &["spec.start", "spec.ids", "spec.n"],
    );
    let told: Vec<String> = found.tables[0]
        .told
        .iter()
        .map(|(path, text)| format!("{path}={text}"))
        .collect();
    assert_eq!(told, ["spec.start=2026-01-01", "spec.ids=A;B", "spec.n=7"]);
}

#[test]
fn xml_is_read_as_if_it_were_json() {
    let text = r#"<?xml version="1.0"?><!-- x --><r xmlns="urn:a"><m id="7"><a>1 &amp; 2</a><b/></m><m><a><![CDATA[<3>]]></a></m>
        <one><t><x>5</x></t></one></r>"#;
    let cases: &[(&str, &[&str])] = &[
        ("r.m[]", &["id|a|b", "1: 7|1 & 2", "2: |<3>"]),
        // A single thing may stand where a list is looked for.
        ("r.one.t[]", &["x", "1: 5"]),
        ("r.*.t[]", &["x", "1: 5"]),
    ];
    for (rows_at, expected) in cases {
        let found = found(text, NestedForm::Xml, vec![of_rows(&[rows_at])], &[]);
        assert_eq!(lines(&found.tables[0]), *expected, "{rows_at}");
    }
    for (text, problem) in [
        ("<a><b></a>", "is not sound XML"),
        ("<a><b>", "the download was cut off"),
        ("<a>&nope;</a>", "the entity \"nope\" is not known"),
        ("<a/><b/>", "more than one element at its top"),
    ] {
        let why = open(document(text, NestedForm::Xml), &Nestings::default());
        let why = why.map(|_| ()).unwrap_err().to_string();
        assert!(why.contains(problem), "{text}: {why}");
    }
}

#[test]
fn faults_say_where_they_are() {
    for (text, message) in [
        (
            "{\"d\": [\n  {\"a\": 1},\n  {\"a\" 2}]}",
            "x.json is not sound JSON: line 3, column 8, in d[1].a: `:` behind a name is expected here; fetch it again",
        ),
        (
            "[{\"a\":1},{\"a\":2",
            "x.json ends too early, in line 1, column 16, in [1].a: the download or the copy was cut off; fetch it again",
        ),
        (
            "[{\"a\":\"x",
            "x.json ends too early, in line 1, column 7, in [0].a: the download or the copy was cut off; fetch it again",
        ),
        (
            "[1,]",
            "x.json is not sound JSON: line 1, column 4, in [1]: a value is expected here; fetch it again",
        ),
        (
            "{\"a\":01}",
            "x.json is not sound JSON: line 1, column 6, in a: a number as JSON writes one is expected here; fetch it again",
        ),
        (
            "[{\"a\":1}}",
            "x.json is not sound JSON: line 1, column 9, in [0]: `,` or `]` is expected here; fetch it again",
        ),
        (
            "{'a':1}",
            "x.json is not sound JSON: line 1, column 2, in : a name in quotes or `}` is expected here; fetch it again",
        ),
    ] {
        let why = open(document(text, NestedForm::Json), &Nestings::default());
        let why = why.map(|_| ()).unwrap_err().to_string();
        assert_eq!(why, message.replace(", in :", ":"), "{text}");
    }
    let deep = "[".repeat(200);
    let why = open(document(&deep, NestedForm::Json), &Nestings::default());
    assert!(
        why.map(|_| ())
            .unwrap_err()
            .to_string()
            .contains("no deeper nesting")
    );
}

/// Gives its bytes in pieces of the sizes told, again and again.
struct Pieces {
    bytes: Vec<u8>,
    at: usize,
    sizes: Vec<usize>,
    turn: usize,
}

impl Read for Pieces {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes[self.turn % self.sizes.len()];
        self.turn += 1;
        let n = size.min(buf.len()).min(self.bytes.len() - self.at);
        buf[..n].copy_from_slice(&self.bytes[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

/// All parts of a document that comes in pieces, as text; or the fault.
fn parts_of(bytes: &[u8], sizes: &[usize]) -> Result<Vec<String>, String> {
    let pieces = Pieces {
        bytes: bytes.to_vec(),
        at: 0,
        sizes: sizes.to_vec(),
        turn: 0,
    };
    let decoding = Decoding::new(Box::new(pieces), UTF_8.new_decoder_with_bom_removal());
    let origin = Origin::of(std::path::Path::new("x.json"));
    let mut walk = Walk::new(decoding, vec![path("[]"), path("d[].e")], false, origin);
    let mut parts = Vec::new();
    while walk.next_part().map_err(|why| why.to_string())? {
        let part = walk.part();
        parts.push(format!(
            "{} {:?} {:?}",
            walk::shown(&part.place),
            part.states,
            part.tape
        ));
    }
    Ok(parts)
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        "-?[1-9][0-9]{0,3}\\.[0-9]{1,18}([eE][-+]?[0-9])?",
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        Just("\"\\ud83d\\ude9a\\n\"".to_owned()),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let name = prop_oneof![
            Just("d".to_owned()),
            Just("e".to_owned()),
            "[a-c\u{5546}]{1,3}"
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|all| format!("[ {} ]", all.join(" ,\n"))),
            prop::collection::vec((name, inner), 0..5).prop_map(|all| {
                let members: Vec<String> = all
                    .iter()
                    .map(|(name, value)| format!("\"{name}\" :{value}"))
                    .collect();
                format!("{{{}}}", members.join(", "))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_pieces_give_the_same_parts(text in json(), sizes in prop::collection::vec(1_usize..9, 1..6)) {
        let whole = parts_of(text.as_bytes(), &[1 << 20]);
        prop_assert!(whole.is_ok(), "{text}: {whole:?}");
        prop_assert_eq!(parts_of(text.as_bytes(), &sizes), whole);
        // What is sound here is sound for others too.
        prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }

    #[test]
    fn no_bytes_are_a_panic_and_pieces_give_the_same_fault(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..60),
            prop::collection::vec(prop::sample::select(b"[]{}:,\"\\u0aetrfnls1-. d".to_vec()), 0..40),
            (json(), any::<prop::sample::Index>()).prop_map(|(text, cut)| {
                text.as_bytes()[..cut.index(text.len() + 1)].to_vec()
            }),
        ],
        sizes in prop::collection::vec(1_usize..5, 1..4),
    ) {
        prop_assert_eq!(parts_of(&bytes, &[1 << 20]), parts_of(&bytes, &sizes));
        let text = String::from_utf8_lossy(&bytes);
        for form in [NestedForm::Json, NestedForm::JsonLines, NestedForm::Xml] {
            let wanted = Nestings {
                nestings: vec![Arc::new(of_rows(&["[]", "d[].*"])), Arc::new(series_nesting())],
                told: vec![path("d.e")],
            };
            if let Ok(found) = open(document(&text, form), &wanted) {
                for table in found.tables.iter().filter(|table| table.skipped.is_none()) {
                    let _ = lines(table);
                }
            }
        }
    }

    #[test]
    fn what_is_refused_here_is_refused_by_others(text in "[\\[\\]{}:,\"0-9a1eE.+\\- tn]{0,16}") {
        let ours = parts_of(text.as_bytes(), &[1 << 20]).is_ok();
        let values: Result<Vec<serde_json::Value>, _> =
            serde_json::Deserializer::from_str(&text).into_iter().collect();
        let theirs = values.is_ok_and(|values| !values.is_empty());
        prop_assert_eq!(ours, theirs, "{}", text);
    }
}
