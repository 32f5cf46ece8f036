//! The order in which a setting's values go.

use super::*;

#[test]
fn own_then_general_then_shipped_then_default() {
    let setting = |name: &str| SETTINGS.iter().find(|s| s.name == name).unwrap();
    let (us, de) = (
        Market::by_code("US").unwrap(),
        Market::by_code("DE").unwrap(),
    );
    let mut settings = Settings::default();
    assert!((settings.value(setting("cpc_limit"), de) - 0.9).abs() < 1e-12);
    settings.set(setting("target_acos"), None, 0.3);
    settings.set(setting("target_acos"), Some(de), 0.2);
    assert!((settings.value(setting("target_acos"), us) - 0.3).abs() < 1e-12);
    assert!((settings.value(setting("target_acos"), de) - 0.2).abs() < 1e-12);
    assert!((settings.value(setting("target_bsr"), de) - 50.0).abs() < 1e-12);
}

#[test]
fn names_and_keys_are_unique() {
    let mut names: Vec<_> = SETTINGS.iter().map(|s| s.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), SETTINGS.len());
    for (name, values) in SHIPPED {
        assert!(names.contains(name), "{name}");
        assert!(
            values.is_sorted()
                && values
                    .iter()
                    .all(|(code, _)| Market::by_code(code).is_some())
        );
    }
}
