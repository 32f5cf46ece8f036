//! The maker `row-id`: ids that stay the same as long as what they name does, for rows that leave the store and come back.
//!
//! Input: `rows`, any columns, with one text column `id_key` (not null) that says what the row is. Output: the same rows in
//! the same order, with `row_id` in the place of `id_key`: the first twelve hexadecimal digits of the hash of its text.
//! They are no secret and no count: whoever knows the key knows the id, today and in a year.

use crate::model::id;
use crate::pipeline::maker::MakeError;
use crate::pipeline::reading::Reading;
use arrow::array::ArrayRef;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use std::sync::Arc;

/// The column that is hashed.
const KEY: &str = "id_key";
/// The column that it becomes.
const ID: &str = "row_id";
/// 48 bits: among a hundred thousand rows, two share an id with a chance of one in fifty thousand.
const DIGITS: usize = 12;

/// The maker.
///
/// # Errors
/// When the input has no text column `id_key`.
pub(super) fn name_rows(inputs: &[RecordBatch]) -> Result<RecordBatch, MakeError> {
    let [rows] = inputs else {
        return Err(MakeError::Inputs {
            wanted: 1,
            given: inputs.len(),
        });
    };
    let reading = Reading {
        what: "rows",
        batch: rows,
    };
    let keys = reading.texts(KEY)?;
    let ids: StringArray = keys
        .iter()
        .map(|key| key.as_ref().map(|key| row_id(key)))
        .collect();
    let ids: ArrayRef = Arc::new(ids);
    let schema = rows.schema();
    let columns = schema.fields().iter().zip(rows.columns());
    let columns = columns.map(|(field, array)| {
        if field.name() == KEY {
            (ID, Arc::clone(&ids), true)
        } else {
            (field.name().as_str(), Arc::clone(array), true)
        }
    });
    RecordBatch::try_from_iter_with_nullable(columns).map_err(|source| MakeError::Batch { source })
}

fn row_id(key: &str) -> String {
    let mut id = id::hash([key]);
    id.truncate(DIGITS);
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::AsArray;
    use arrow::array::Int64Array;

    fn rows(keys: &[&str]) -> RecordBatch {
        let texts: ArrayRef = Arc::new(StringArray::from(keys.to_vec()));
        let places = Int64Array::from_iter_values((0..).take(keys.len()));
        let places: ArrayRef = Arc::new(places);
        RecordBatch::try_from_iter([("n", places), (KEY, texts)]).unwrap()
    }

    fn ids(keys: &[&str]) -> Vec<String> {
        let named = name_rows(&[rows(keys)]).unwrap();
        let ids = named.column_by_name(ID).unwrap().as_string::<i32>().clone();
        ids.iter().flatten().map(str::to_owned).collect()
    }

    #[test]
    fn an_id_depends_on_its_key_alone() {
        let first = ids(&["a|b", "a|c"]);
        assert_eq!(ids(&["a|c", "x", "a|b"])[2], first[0]);
        assert_ne!(first[0], first[1]);
        for id in &first {
            assert_eq!(id.len(), DIGITS);
            assert!(id.chars().all(|digit| digit.is_ascii_hexdigit()));
        }
        // What a team has imported is found again only if this never changes.
        assert_eq!(ids(&["rule|shop|US|lamp"]), [PINNED]);
    }

    const PINNED: &str = "20a5caee8fb2";

    #[test]
    fn without_a_key_there_is_no_id() {
        let rows = rows(&["a"]).project(&[0]).unwrap();
        assert!(matches!(
            name_rows(&[rows]),
            Err(MakeError::NoColumn { column: KEY, .. })
        ));
    }
}
