use super::*;

fn table(name: &str, kind: Kind, inputs: &[&str]) -> Entry {
    Entry {
        name: name.to_owned(),
        kind,
        title: Both::of(format!("The {name}"), ""),
        inputs: inputs.iter().map(|input| (*input).to_owned()).collect(),
        columns: vec![Column {
            name: "spend".to_owned(),
            ty: "decimal(18,4)".to_owned(),
            unit: "currency".to_owned(),
            meaning: Both::of("Ad <spend>", "花费"),
        }],
        ..Entry::default()
    }
}

fn docs() -> Docs {
    Docs {
        tables: vec![
            table("m", Kind::Mart, &["s", "t"]),
            table("n", Kind::Mart, &["m"]),
            table("t", Kind::Table, &[]),
            table("u", Kind::Table, &[]),
            table("s", Kind::Stage, &["t"]),
        ],
        reports: vec![Report {
            id: "shop/daily".to_owned(),
            tables: vec!["t".to_owned()],
            is_complete: true,
            ..Report::default()
        }],
    }
}

#[test]
fn lineage_goes_both_ways_through_stages() {
    let docs = docs();
    let names = |entries: Vec<&Entry>| -> Vec<String> {
        entries.iter().map(|entry| entry.name.clone()).collect()
    };
    assert_eq!(docs.upstream(&["n"]), ["m", "n", "s", "t"].into());
    assert_eq!(names(docs.marts_of(&["t"])), ["m", "n"]);
    assert_eq!(names(docs.marts_of(&["u"])), [""; 0]);
    assert_eq!(names(docs.readers("t")), ["m", "s"]);
    assert_eq!(docs.reports_of("n").len(), 1);
    assert_eq!(docs.reports_of("u").len(), 0);
}

#[test]
fn every_link_of_the_page_leads_somewhere() {
    for lang in [Lang::Zh, Lang::En] {
        let page = page::html(&docs(), lang);
        for link in page.split("href=\"#").skip(1) {
            let to = link.split('"').next().unwrap();
            assert!(page.contains(&format!(" id=\"{to}\"")), "{to}");
        }
        assert!(!page.contains("<spend>") && !page.contains("http"));
    }
    assert!(page::html(&docs(), Lang::En).contains("<td>Ad &lt;spend&gt;</td>"));
    assert!(page::html(&docs(), Lang::Zh).contains("<td>花费</td>"));
}
