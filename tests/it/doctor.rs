//! What is wrong with a store is found, said with what to do, and mended where nobody need be asked.

use crate::nights::Nights;
use crate::shell::Shell;
use sellerlake::store::files;
use std::fs;
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;
use std::time::SystemTime;

const NIGHTS: Nights = Nights {
    back: 4,
    campaigns: 2,
};
const CONFIG: &str =
    "[workspace]\ntoday = \"2025-03-20\"\n[[account]]\nname = \"shop\"\nmarketplaces = [\"US\"]\n";

/// A workspace that has read two downloads of one kind and one of another; no marts.
fn read() -> Shell {
    let mut shell = Shell::of(CONFIG);
    for (name, text) in [NIGHTS.campaigns(0), NIGHTS.campaigns(1), NIGHTS.returns(0)] {
        shell = shell.file(&format!("inbox/{name}"), text);
    }
    shell.run(&["ingest"]).exits(0);
    shell
}

/// The files below a folder of the store, sorted.
fn below(shell: &Shell, folder: &str) -> Vec<PathBuf> {
    files::list(&shell.path("store").join(folder)).unwrap()
}

/// What is wrong and what to do about it, as `doctor` says in JSON.
fn said(shell: &Shell, code: i32) -> Vec<(String, String)> {
    let told = shell
        .run(&["doctor", "--format", "json"])
        .exits(code)
        .json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let troubles = told["troubles"].as_array().unwrap().iter();
    troubles
        .map(|trouble| (text(&trouble["what"]), text(&trouble["todo"])))
        .collect()
}

/// Changes a byte in the middle of a file: what a failing disk does.
fn spoil(path: &PathBuf) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_store_that_is_whole_gives_nothing_to_do() {
    let shell = read();
    let told = shell.run(&["doctor"]).ok().text();
    assert_eq!(
        told,
        "nothing to do: the store is whole and nothing waits\n"
    );
    shell.run(&["compact"]).exits(0);
    shell.run(&["doctor"]).ok();
}

#[test]
fn what_was_lost_or_spoiled_is_found_and_mended() {
    let shell = read();
    let before = shell.bytes("store/current");
    let observed = shell.bytes("store/observed");
    let parts = below(&shell, "observed/ads_campaign");
    assert!(parts.len() >= 2, "{parts:?}");
    fs::remove_file(&parts[0]).unwrap();
    spoil(&parts[1]);
    let returns = below(&shell, "current/customer_return");
    spoil(&returns[0]);
    fs::write(shell.path("store/notes.txt"), "mine").unwrap();
    let orphan = parts[0].with_file_name("0123456789abcdef0123456789abcdef.parquet");
    fs::write(&orphan, "half").unwrap();
    let temporary = shell.path("store/observed/.sellerlake-abc");
    fs::write(&temporary, "half").unwrap();
    let young = shell.path("store/observed/.sellerlake-def");
    fs::write(&young, "half").unwrap();
    let old = SystemTime::now() - Duration::from_hours(2);
    File::options()
        .write(true)
        .open(&temporary)
        .unwrap()
        .set_modified(old)
        .unwrap();

    let troubles = said(&shell, 1);
    let about = |word: &str| -> Vec<&(String, String)> {
        troubles
            .iter()
            .filter(|(what, _)| what.contains(word))
            .collect()
    };
    let campaigns = "inbox/Sponsored_Products_Campaign_report_2025-03-0";
    let missing = about("missing from the store");
    assert_eq!(missing.len(), 1, "{troubles:?}");
    assert!(missing[0].0.starts_with(campaigns), "{missing:?}");
    assert!(
        missing[0]
            .1
            .starts_with(&format!("sellerlake ingest --again {campaigns}")),
        "{missing:?}"
    );
    for (word, todo) in [
        ("store/notes.txt is not a file of a store", "elsewhere"),
        (
            "0123456789abcdef0123456789abcdef.parquet belongs to no report",
            "nothing needs it",
        ),
        (".sellerlake-abc was never finished", "its process is gone"),
        (
            "current/customer_return/marketplace=US/data.parquet is not as it was written",
            "then sellerlake run",
        ),
    ] {
        let word = word.trim_start_matches("store/");
        let found = about(word);
        assert!(
            found.len() == 1 && found[0].1.contains(todo),
            "{word}: {troubles:?}"
        );
    }
    assert!(about(".sellerlake-def").is_empty(), "{troubles:?}");
    assert!(
        !about(&parts[1].file_name().unwrap().to_string_lossy()).is_empty(),
        "{troubles:?}"
    );

    // The user's own file is nobody's to delete.
    shell.run(&["doctor", "--mend"]).exits(1);
    let left = said(&shell, 1);
    assert_eq!(left.len(), 1, "{left:?}");
    fs::remove_file(shell.path("store/notes.txt")).unwrap();
    fs::remove_file(&young).unwrap();
    shell.run(&["doctor"]).ok();
    assert!(
        shell.bytes("store/current") == before,
        "current/ is not as it was"
    );
    assert!(
        shell.bytes("store/observed") == observed,
        "observed/ is not as it was"
    );
}

#[test]
fn rows_that_are_not_those_of_the_catalogue_are_found_without_checksums() {
    let shell = read();
    let parts = below(&shell, "observed/ads_campaign");
    // A part in the place of another can be read, and says something else.
    fs::copy(&parts[1], &parts[0]).unwrap();
    fs::remove_file(shell.path("store/memos/sums.json")).unwrap();
    let troubles = said(&shell, 1);
    assert!(
        troubles
            .iter()
            .any(|(what, _)| what.contains("6 were stored")),
        "{troubles:?}"
    );
    shell.run(&["doctor", "--mend"]).exits(0);
    shell.run(&["doctor"]).ok();
}

#[test]
fn a_current_table_that_somebody_wrote_to_is_made_anew_by_the_next_run() {
    let shell = read();
    let before = shell.bytes("store/current");
    let current = below(&shell, "current/customer_return");
    spoil(&current[0]);
    shell.run(&["ingest"]).exits(0);
    assert!(
        shell.bytes("store/current") == before,
        "current/ is not as it was"
    );
    shell.run(&["doctor"]).ok();
}

#[test]
fn what_waits_is_said_with_the_command_that_settles_it() {
    let config = "[[account]]\nname = \"shop\"\nmarketplaces = [\"US\", \"CA\"]\n";
    let (_, returns) = NIGHTS.returns(0);
    let shell = Shell::of(config)
        .file("inbox/it's returns.txt", returns)
        .file("inbox/odd.csv", "a,b\n1,2\n")
        .file("inbox/broken.csv", "")
        .file(
            "seeds/products.csv",
            "account,marketplace,sku,asin,target_acos\nshop,US,LM-1,B0FAKE0001,much\n",
        );
    shell.run(&["ingest"]).exits(1);
    let troubles = said(&shell, 1);
    let todo = |word: &str| -> &str {
        let found = troubles.iter().find(|(what, _)| what.contains(word));
        found.map_or_else(|| panic!("{word}: {troubles:?}"), |(_, todo)| todo)
    };
    assert_eq!(
        todo("it's returns.txt"),
        r"sellerlake answer 'inbox/it'\''s returns.txt' --marketplace CODE"
    );
    assert!(
        todo("odd.csv").contains("sellerlake schema new inbox/odd.csv"),
        "{troubles:?}"
    );
    assert!(
        todo("broken.csv").contains("download it again"),
        "{troubles:?}"
    );
    assert!(todo("seed ").contains("mend the cell"), "{troubles:?}");
}
