//! What must hold of decoding whatever the cells are. A law panics where it is broken: tests feed it some cells, and the
//! targets in `tests/fuzz` search for more. Compiled for those two alone.

mod columns;
mod dates;
mod numbers;

pub(crate) use columns::TYPES;
pub use columns::cells;
pub use columns::columns;
pub(crate) use columns::field_of;
#[cfg(test)]
pub(crate) use columns::kept;
pub use dates::date_text;
pub use dates::printed_date;
pub use numbers::number_text;
pub use numbers::printed_number;

/// Choices that bytes make; when they are used up, the first.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn number(&mut self, n_bytes: usize) -> u64 {
        let (taken, rest) = self.0.split_at(n_bytes.min(self.0.len()));
        self.0 = rest;
        taken
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.number(2)).unwrap_or_default() % end
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn of_printed_cells(bytes in prop::collection::vec(any::<u8>(), 0..48)) {
            printed_number(&bytes);
            printed_date(&bytes);
        }

        #[test]
        fn of_texts(text in "[0-9.,' $€%()+<>KM年月日:/TZ-]{0,14}|\\PC{0,10}") {
            number_text(text.as_bytes());
            date_text(text.as_bytes());
        }
    }
}
