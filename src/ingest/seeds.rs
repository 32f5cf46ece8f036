//! The seeds: what a team tells that no report does. Read as reports are, but small, whole, and strict: a broken cell is
//! a fault with its address.

use crate::decode;
use crate::decode::evidence::Evidence;
use crate::decode::style::Prior;
use crate::detect;
use crate::ingest::Context;
use crate::ingest::file::explained;
use crate::ingest::table::fields_of;
use crate::model::name::ColumnName;
use crate::model::name::TableName;
use crate::model::place::Place;
use crate::model::raw::RawChunk;
use crate::model::table::Table;
use crate::normalise::Columns;
use crate::normalise::skip;
use crate::read;
use crate::store::files;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::BooleanArray;
use arrow::array::RecordBatch;
use arrow::array::new_null_array;
use arrow::compute::concat_batches;
use arrow::compute::filter_record_batch;
use arrow::row::RowConverter;
use arrow::row::SortField;
use std::collections::BTreeMap;
use std::path::Path;

/// Something wrong in a seed: the row is left out, or the whole file where no place is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedFault {
    /// Relative to the workspace.
    pub file: String,
    pub sheet: Option<String>,
    pub place: Option<Place>,
    pub what: String,
}

impl std::fmt::Display for SeedFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if let Some(sheet) = &self.sheet {
            write!(f, ", sheet {sheet:?}")?;
        }
        if let Some(place) = self.place {
            write!(f, ", {place}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// All seeds as tables, empty where there is no file, and what is wrong with them.
#[derive(Debug, Default)]
pub struct Seeds {
    pub tables: BTreeMap<TableName, RecordBatch>,
    pub faults: Vec<SeedFault>,
    /// `(path relative to the workspace, bytes)` of each file read, sorted: what a run keeps.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Reads everything in the workspace's `seeds/`. What is wrong with a seed stops nothing else.
pub fn read(context: &Context<'_>) -> Seeds {
    let mut seeds = Seeds::default();
    let mut rows: BTreeMap<TableName, Vec<RecordBatch>> = BTreeMap::new();
    let folder = context.workspace.seeds();
    for path in files::list(&folder).unwrap_or_default() {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if name.starts_with('.') || name.starts_with("~$") || name.to_lowercase().ends_with(".md") {
            continue;
        }
        let relative = path
            .strip_prefix(&context.workspace.root)
            .unwrap_or(&path)
            .to_string_lossy()
            .replace('\\', "/");
        if let Ok(bytes) = files::get(&path) {
            seeds.files.push((relative.clone(), bytes));
        }
        read_file(context, &path, &relative, &mut rows, &mut seeds.faults);
    }
    for schema in context.catalog.seeds() {
        for output in &schema.outputs {
            let Some(table) = context.catalog.table(&output.table) else {
                continue;
            };
            let arrow = table.arrow();
            let given = rows.remove(&output.table).unwrap_or_default();
            let batch =
                concat_batches(&arrow, &given).unwrap_or_else(|_| RecordBatch::new_empty(arrow));
            let batch = without_repeats(table, batch, &mut seeds.faults);
            seeds.tables.insert(output.table.clone(), batch);
        }
    }
    seeds
}

fn read_file(
    context: &Context<'_>,
    path: &Path,
    relative: &str,
    rows: &mut BTreeMap<TableName, Vec<RecordBatch>>,
    faults: &mut Vec<SeedFault>,
) {
    let fault = |sheet: &Option<String>, what: String| SeedFault {
        file: relative.to_owned(),
        sheet: sheet.clone(),
        place: None,
        what,
    };
    let documents = match read::open(
        path,
        &read::Limits::default(),
        None,
        &read::Nestings::default(),
    ) {
        Ok(documents) => documents,
        Err(error) => {
            faults.push(fault(&None, explained(&error)));
            return;
        }
    };
    for table in documents
        .iter()
        .flat_map(|document| &document.tables)
        .filter(|table| table.skipped.is_none())
    {
        let opening: Vec<(u32, &[String])> = table
            .opening
            .iter()
            .map(|row| (row.row, row.cells.as_slice()))
            .collect();
        let detection = match detect::detect(&opening, context.catalog.seeds()) {
            Ok(detection) => detection,
            // A workbook's other sheets are notes; a file of which no sheet is a seed is said below.
            Err(_)
                if documents
                    .iter()
                    .map(|document| document.tables.len())
                    .sum::<usize>()
                    > 1 =>
            {
                continue;
            }
            Err(error) => {
                faults.push(fault(&table.sheet, format!("is no seed: {error}")));
                continue;
            }
        };
        let chunks: Result<Vec<RawChunk>, read::ReadError> = table
            .chunks(detection.header_row)
            .and_then(Iterator::collect);
        let chunks = match chunks {
            Ok(chunks) => chunks,
            Err(error) => {
                faults.push(fault(&table.sheet, explained(&error)));
                continue;
            }
        };
        for (_, label) in detection
            .binding
            .unknown
            .iter()
            .filter(|(_, label)| !label.trim().is_empty())
        {
            faults.push(fault(
                &table.sheet,
                format!("has a column {label:?} that the seed does not know; mend or delete it"),
            ));
        }
        let Some(declared) = detection
            .schema
            .outputs
            .first()
            .and_then(|output| context.catalog.table(&output.table))
        else {
            continue;
        };
        let batch = decode_all(
            &detection,
            &chunks,
            declared,
            relative,
            table.sheet.as_ref(),
            faults,
        );
        rows.entry(declared.name.clone()).or_default().push(batch);
    }
}

fn decode_all(
    detection: &detect::Detection<'_>,
    chunks: &[RawChunk],
    table: &Table,
    relative: &str,
    sheet: Option<&String>,
    faults: &mut Vec<SeedFault>,
) -> RecordBatch {
    let fields = fields_of(&detection.binding);
    let mut evidence = Evidence::of(&fields);
    for chunk in chunks {
        evidence.observe(chunk);
    }
    let decision = evidence.decide(Prior::default());
    for question in &decision.questions {
        faults.push(SeedFault {
            file: relative.to_owned(),
            sheet: sheet.cloned(),
            place: None,
            what: question.to_string(),
        });
    }
    let mut batches = Vec::new();
    for chunk in chunks {
        let decoded = decode::decode(&fields, &decision.styles, chunk);
        let skipped = skip::skips(
            detection.schema,
            &detection.binding,
            &detection.labels,
            chunk,
        );
        let mut kept: Vec<bool> = skipped.iter().map(Option::is_none).collect();
        let place = |row: usize, field: usize| Place {
            row: chunk.row_number(row),
            column: u32::try_from(fields[field].source + 1).unwrap_or(u32::MAX),
        };
        let mut refuse = |row: usize, field: usize, what: String| {
            if skipped[row].is_none() {
                kept[row] = false;
                faults.push(SeedFault {
                    file: relative.to_owned(),
                    sheet: sheet.cloned(),
                    place: Some(place(row, field)),
                    what,
                });
            }
        };
        for bad in &decoded.bad {
            let label = fields[bad.field].label.trim();
            refuse(
                bad.row,
                bad.field,
                format!("{:?} in column {label:?} is not {}", bad.text, bad.expected),
            );
        }
        let columns: Vec<(ColumnName, ArrayRef)> = decoded
            .columns
            .into_iter()
            .map(|column| (column.name, column.array))
            .collect();
        let columns = Columns::new(columns, chunk.n_rows());
        for (at, field) in fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.column.required)
        {
            if let Some(array) = columns.get(field.column.name.as_str()) {
                for row in (0..array.len()).filter(|row| array.is_null(*row)) {
                    refuse(
                        row,
                        at,
                        format!("column {:?} must not be empty", field.label.trim()),
                    );
                }
            }
        }
        let arrow = table.arrow();
        let arrays = arrow
            .fields()
            .iter()
            .map(|field| {
                columns
                    .get(field.name())
                    .cloned()
                    .unwrap_or_else(|| new_null_array(field.data_type(), chunk.n_rows()))
            })
            .collect();
        let laid = RecordBatch::try_new(arrow, arrays)
            .and_then(|batch| filter_record_batch(&batch, &BooleanArray::from(kept)));
        match laid {
            Ok(batch) => batches.push(batch),
            Err(error) => faults.push(SeedFault {
                file: relative.to_owned(),
                sheet: sheet.cloned(),
                place: None,
                what: error.to_string(),
            }),
        }
    }
    concat_batches(&table.arrow(), &batches)
        .unwrap_or_else(|_| RecordBatch::new_empty(table.arrow()))
}

/// A key that stands twice contradicts itself: the first row counts, the others are faults.
fn without_repeats(table: &Table, batch: RecordBatch, faults: &mut Vec<SeedFault>) -> RecordBatch {
    let columns: Vec<usize> = table
        .merge
        .key
        .iter()
        .filter_map(|name| table.index_of(name.as_str()))
        .collect();
    if columns.is_empty() || batch.num_rows() < 2 {
        return batch;
    }
    let arrays: Vec<ArrayRef> = columns.iter().map(|at| batch.column(*at).clone()).collect();
    let fields = arrays
        .iter()
        .map(|array| SortField::new(array.data_type().clone()))
        .collect();
    let Ok(keys) =
        RowConverter::new(fields).and_then(|converter| converter.convert_columns(&arrays))
    else {
        return batch;
    };
    let mut seen = std::collections::BTreeSet::new();
    let mut kept = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let is_first = seen.insert(keys.row(row));
        kept.push(is_first);
        if !is_first {
            let shown: Vec<String> = arrays
                .iter()
                .filter_map(|array| arrow::util::display::array_value_to_string(array, row).ok())
                .collect();
            let what = format!(
                "the seed {} has two rows for {}; the first counts",
                table.name,
                shown.join(", ")
            );
            faults.push(SeedFault {
                file: "seeds".to_owned(),
                sheet: None,
                place: None,
                what,
            });
        }
    }
    filter_record_batch(&batch, &BooleanArray::from(kept)).unwrap_or(batch)
}
