//! Whose, where and when: each way to learn it, and each contradiction.

use super::*;

fn accounts(markets: &[&str]) -> Vec<KnownAccount> {
    vec![KnownAccount {
        name: "lumora".into(),
        markets: markets
            .iter()
            .map(|code| Market::by_code(code).unwrap())
            .collect(),
    }]
}

fn evidence(accounts: &[KnownAccount]) -> Evidence<'_> {
    Evidence {
        accounts,
        mtime: Some("2026-02-02T03:00:00Z".parse().unwrap()),
        ..Evidence::default()
    }
}

fn market_of(evidence: &Evidence<'_>) -> Result<(&'static str, &'static str), String> {
    identify(evidence)
        .map(|identity| {
            (
                identity.market.map_or("rows", Market::code),
                identity.market_from.as_str(),
            )
        })
        .map_err(|questions| questions[0].text.to_string())
}

#[test]
fn the_marketplace_is_known_from_content_name_folder_money_or_asked() {
    let (one, two, any) = (accounts(&["US"]), accounts(&["US", "DE"]), accounts(&[]));
    let with = |accounts, change: &dyn Fn(&mut Evidence<'_>)| {
        let mut e = evidence(accounts);
        change(&mut e);
        market_of(&e)
    };
    let de = Market::by_code("DE");
    assert_eq!(with(&two, &|e| e.name.market = de), Ok(("DE", "name")));
    assert_eq!(with(&two, &|e| e.folder_market = de), Ok(("DE", "folder")));
    assert_eq!(
        with(&two, &|e| e.rows_have_market = true),
        Ok(("rows", "content"))
    );
    assert_eq!(
        with(&two, &|e| {
            e.currencies.insert("EUR".into());
        }),
        Ok(("DE", "content"))
    );
    assert_eq!(
        with(&two, &|e| {
            e.signs.insert("$".into());
        }),
        Ok(("US", "content"))
    );
    assert_eq!(with(&one, &|_| ()), Ok(("US", "configuration")));
    assert_eq!(
        with(&any, &|e| {
            e.currencies.insert("GBP".into());
        }),
        Ok(("UK", "content"))
    );
    assert_eq!(
        with(&any, &|e| {
            e.signs.insert("€".into());
        }),
        Err("its money is €, so it may be BE, DE, ES, FR, IE, IT, NL".into())
    );
    assert_eq!(
        with(&two, &|_| ()),
        Err("nothing tells the marketplace: no column, name or folder".into())
    );
    assert_eq!(
        with(&two, &|e| {
            e.name.market = de;
            e.folder_market = Market::by_code("US");
        }),
        Err("the name says DE, the folder says US".into())
    );
    assert_eq!(
        with(&two, &|e| {
            e.name.market = de;
            e.currencies.insert("USD".into());
        }),
        Err("the name says DE, but its money is USD".into())
    );
}

#[test]
fn the_observation_is_dated_by_content_then_name_then_folder_then_mtime() {
    let known = accounts(&["US"]);
    let at = |change: &dyn Fn(&mut Evidence<'_>)| {
        let mut e = evidence(&known);
        change(&mut e);
        let identity = identify(&e).unwrap();
        (
            identity.observed_at.to_string(),
            identity.observed_day.to_string(),
            identity.observed_from.as_str(),
        )
    };
    let day = |text: &str| text.parse::<Date>().unwrap();
    assert_eq!(
        at(&|_| ()),
        ("2026-02-02T03:00:00Z".into(), "2026-02-01".into(), "mtime")
    );
    assert_eq!(
        at(&|e| e.name.dates = vec![day("2026-01-20")]),
        ("2026-01-20T12:00:00Z".into(), "2026-01-20".into(), "name")
    );
    assert_eq!(
        at(&|e| e.name.dates = vec![day("2026-02-01")]),
        ("2026-02-02T03:00:00Z".into(), "2026-02-01".into(), "name")
    );
    assert_eq!(
        at(&|e| e
            .facts
            .add("observed_at", "2022-06-05 15:13", Origin::Content)),
        (
            "2022-06-05T15:13:00Z".into(),
            "2022-06-05".into(),
            "content"
        )
    );
    assert_eq!(
        at(&|e| e.folder_day = Some(day("2026-01-05"))),
        ("2026-01-05T12:00:00Z".into(), "2026-01-05".into(), "folder")
    );
}

#[test]
fn the_account_is_the_only_one_that_sells_there_or_asked() {
    let mut two = accounts(&["US"]);
    two.push(KnownAccount {
        name: "other".into(),
        markets: vec![Market::by_code("DE").unwrap()],
    });
    let mut e = evidence(&two);
    e.name.market = Market::by_code("DE");
    assert_eq!(&*identify(&e).unwrap().account, "other");
    two[0].markets.clear();
    let mut e = evidence(&two);
    e.name.market = Market::by_code("DE");
    assert_eq!(
        &*identify(&e).unwrap_err()[0].text,
        "it may belong to lumora, other"
    );
}

#[test]
fn a_period_is_as_certain_as_what_told_it() {
    let one = accounts(&["US"]);
    let schema = |certain: &str| {
        crate::schema::wire::parse(
            "a/b",
            &format!(
                r#"
                title = "Terms"
                table = "terms_range"
                family = "bulk"
                signature = {{ all = ["term"] }}
                period = {{ range-only = true }}
                merge = {{ by = "slice", key = ["term"], duplicates = "sum" }}
                fact = [{{ from = "file-name", pattern = '-(?<period_start>\d{{8}})-(?<period_end>\d{{8}})-'{certain} }}]
                column = [{{ name = "term", type = "text", labels = {{ en = ["Term"] }} }}]
                "#
            ),
        )
        .unwrap()
    };
    for (certain, expected) in [
        ("", true),
        (", certain = true", true),
        (", certain = false", false),
    ] {
        let mut e = evidence(&one);
        let name = "bulk-x-20260101-20260131-1.xlsx";
        e.facts
            .learn(&schema(certain), &crate::schema::FactSource::FileName, name);
        let identity = identify(&e).unwrap();
        let (start, end) = identity.period.unwrap();
        assert_eq!(
            (
                start.to_string(),
                end.to_string(),
                identity.period_is_certain
            ),
            ("2026-01-01".into(), "2026-01-31".into(), expected),
            "{certain}"
        );
        // What a user answers is certain.
        e.answers.period = Some((start, end));
        assert!(identify(&e).unwrap().period_is_certain, "{certain}");
    }
}

#[test]
fn rows_of_several_currencies_are_of_several_marketplaces() {
    let (one, two, any) = (accounts(&["US"]), accounts(&["US", "DE"]), accounts(&[]));
    let with = |accounts, change: &dyn Fn(&mut Evidence<'_>)| {
        let mut e = evidence(accounts);
        e.currencies = ["CAD", "USD"].map(Into::into).into();
        change(&mut e);
        market_of(&e)
    };
    let (us, de) = (Market::by_code("US"), Market::by_code("DE"));
    // The configured marketplace is one of them, and says nothing of the others.
    for accounts in [&one, &two, &any] {
        assert_eq!(with(accounts, &|_| ()), Ok(("rows", "content")));
    }
    assert_eq!(
        with(&any, &|e| e.folder_market = us),
        Ok(("rows", "content"))
    );
    assert_eq!(
        with(&any, &|e| e.answers.market = us),
        Ok(("rows", "content"))
    );
    assert_eq!(
        with(&any, &|e| e.flag_market = de),
        Err("it is said to be of DE, but its money is CAD and USD".to_owned())
    );
    assert_eq!(
        with(&any, &|e| {
            e.flag_market = de;
            e.name.market = us;
        }),
        Err("the name says US, the flag says DE".to_owned())
    );
    assert_eq!(
        with(&any, &|e| e.currency_is_blank = true),
        Err("its rows without a currency may be of CA, US".to_owned())
    );
    assert_eq!(
        with(&two, &|e| {
            e.currencies.insert("EUR".into());
        }),
        Ok(("rows", "content"))
    );
}
