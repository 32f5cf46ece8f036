//! The log, its segments and checkpoints, and two processes at once.

use super::*;
use crate::store::entry::Sighting;

fn entry(n: u64) -> Entry {
    Entry {
        format: Entry::FORMAT,
        content_id: format!("content-{n:04}"),
        variant: String::new(),
        name: "report.csv".to_owned(),
        container: String::new(),
        sightings: vec![Sighting {
            path: format!("inbox/{n}.csv"),
            bytes: n,
            modified: 0,
        }],
        context: String::new(),
        decoder: 1,
        answers: String::new(),
        failure: None,
        tables: Vec::new(),
        committed_at: String::new(),
        taken_ms: 0,
    }
}

/// Commits until it is done, as whoever decides anew does.
fn commit(catalogue: &mut Catalogue, store: &Store, n: u64) {
    while !catalogue.try_commit(store, entry(n)).unwrap() {}
}

fn names(catalogue: &Catalogue) -> Vec<(u64, String)> {
    let live = catalogue.live().unwrap();
    live.iter()
        .map(|(seq, entry)| (*seq, entry.content_id.clone()))
        .collect()
}

#[test]
fn entries_are_found_wherever_they_lie() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path());
    let mut catalogue = Catalogue::load(&store).unwrap();
    for n in 1..=150 {
        commit(&mut catalogue, &store, n);
        if n == 70 || n == 140 {
            catalogue.checkpoint(&store).unwrap();
        }
    }
    let log = Log::list(&store).unwrap();
    assert_eq!((log.last(), log.n_loose()), (150, 10));
    let loaded = Catalogue::load(&store).unwrap();
    assert_eq!(names(&loaded), names(&catalogue));
    assert_eq!(*loaded.entry(66).unwrap(), entry(66));
    assert_eq!(*loaded.entry(145).unwrap(), entry(145));
    // Without the checkpoint it is the same, only slower; a damaged one is passed over.
    let (_, checkpoint) = checkpoints(&store).unwrap().pop().unwrap();
    std::fs::write(&checkpoint, b"PAR1").unwrap();
    assert_eq!(names(&Catalogue::load(&store).unwrap()), names(&catalogue));
    std::fs::remove_file(&checkpoint).unwrap();
    assert_eq!(names(&Catalogue::load(&store).unwrap()), names(&catalogue));
}

#[test]
fn a_number_that_was_sealed_is_not_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path());
    let mut slow = Catalogue::load(&store).unwrap();
    let mut quick = Catalogue::load(&store).unwrap();
    for n in 1..=5 {
        commit(&mut quick, &store, n);
    }
    quick.seal(&store).unwrap();
    assert_eq!(Log::list(&store).unwrap().n_loose(), 0);
    // The file of number 1 is free, and the number is not.
    assert!(!slow.try_commit(&store, entry(6)).unwrap());
    assert_eq!(slow.last_seq(), 5);
    commit(&mut slow, &store, 6);
    let loaded = Catalogue::load(&store).unwrap();
    assert_eq!(names(&loaded).len(), 6);
    assert_eq!(loaded.last_seq(), 6);
}

#[test]
fn sealing_that_was_broken_off_is_made_good() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path());
    let mut catalogue = Catalogue::load(&store).unwrap();
    for n in 1..=5 {
        commit(&mut catalogue, &store, n);
    }
    let before = names(&catalogue);
    let kept = store.root().join(layout::native(&layout::entry(3)));
    let bytes = std::fs::read(&kept).unwrap();
    catalogue.seal(&store).unwrap();
    // Killed before the third file went.
    std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
    std::fs::write(&kept, bytes).unwrap();
    assert_eq!(names(&Catalogue::load(&store).unwrap()), before);
    commit(&mut catalogue, &store, 6);
    catalogue.seal(&store).unwrap();
    assert_eq!(Log::list(&store).unwrap().n_loose(), 0);
    assert_eq!(names(&Catalogue::load(&store).unwrap()).len(), 6);
}

#[test]
fn many_committers_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path());
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = &store;
            scope.spawn(move || {
                let mut catalogue = Catalogue::load(store).unwrap();
                for n in 0..20 {
                    commit(&mut catalogue, store, thread * 100 + n);
                    if thread == 0 && n % 7 == 0 {
                        catalogue.seal(store).unwrap();
                    }
                }
            });
        }
    });
    let found = names(&Catalogue::load(&store).unwrap());
    assert_eq!(found.len(), 80);
    assert_eq!(found.last().unwrap().0, 80);
}
