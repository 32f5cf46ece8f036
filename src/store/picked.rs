//! Rows picked from batches, copied only when they are written: rows of one report that go to one partition, in the order
//! in which they will lie there.

use arrow::array::ArrayRef;
use arrow::array::RecordBatch;
use arrow::array::new_empty_array;
use arrow::compute::concat;
use arrow::compute::interleave;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use std::ops::Range;
use std::sync::Arc;

/// Rows that follow each other in one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub batch: usize,
    pub start: usize,
    pub rows: usize,
}

/// Batches of one schema, and which of their rows are meant, in order.
#[derive(Debug, Clone)]
pub struct Picked {
    schema: SchemaRef,
    batches: Arc<[RecordBatch]>,
    runs: Vec<Run>,
    n_rows: usize,
}

impl Picked {
    /// `runs` must lie within the batches, which have `schema`.
    pub fn of(schema: SchemaRef, batches: Arc<[RecordBatch]>, runs: Vec<Run>) -> Self {
        let n_rows = runs.iter().map(|run| run.rows).sum();
        Self {
            schema,
            batches,
            runs,
            n_rows,
        }
    }

    /// All rows of one batch.
    pub fn all(batch: RecordBatch) -> Self {
        let run = Run {
            batch: 0,
            start: 0,
            rows: batch.num_rows(),
        };
        Self::of(batch.schema(), Arc::from([batch]), vec![run])
    }

    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The same rows in another order: `order` has the number of each row, counted as they stand now.
    #[must_use]
    pub fn reordered(&self, order: impl IntoIterator<Item = usize>) -> Self {
        let mut starts = Vec::with_capacity(self.runs.len());
        let mut total = 0;
        for run in &self.runs {
            starts.push(total);
            total += run.rows;
        }
        let mut runs: Vec<Run> = Vec::new();
        let mut at = 0;
        for row in order {
            // The next row mostly lies in the run of the one before.
            let is_here = starts
                .get(at)
                .is_some_and(|start| (*start..*start + self.runs[at].rows).contains(&row));
            if !is_here {
                at = starts.partition_point(|start| *start <= row) - 1;
            }
            let (batch, start) = (self.runs[at].batch, self.runs[at].start + row - starts[at]);
            match runs.last_mut() {
                Some(run) if run.batch == batch && run.start + run.rows == start => run.rows += 1,
                _ => runs.push(Run {
                    batch,
                    start,
                    rows: 1,
                }),
            }
        }
        Self::of(self.schema.clone(), Arc::clone(&self.batches), runs)
    }

    /// One column of all rows.
    ///
    /// # Errors
    /// When Arrow refuses: a fault of this program.
    pub fn column(&self, at: usize) -> Result<ArrayRef, ArrowError> {
        self.gathered(at, &self.runs)
    }

    /// Some of the rows as one batch.
    ///
    /// # Errors
    /// As [`Picked::column`].
    pub fn batch(&self, rows: Range<usize>) -> Result<RecordBatch, ArrowError> {
        let runs = self.runs_of(rows);
        let columns = (0..self.schema.fields().len())
            .map(|at| self.gathered(at, &runs))
            .collect::<Result<_, _>>()?;
        RecordBatch::try_new(self.schema.clone(), columns)
    }

    /// Some of the rows as batches: as they lie, where they lie in long runs, else gathered into one.
    ///
    /// # Errors
    /// As [`Picked::column`].
    pub fn batches(&self, rows: Range<usize>) -> Result<Vec<RecordBatch>, ArrowError> {
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        self.batches_of(&all, rows)
    }

    /// As [`Picked::batches`], with some of the columns.
    ///
    /// # Errors
    /// As [`Picked::column`].
    pub fn batches_of(
        &self,
        columns: &[usize],
        rows: Range<usize>,
    ) -> Result<Vec<RecordBatch>, ArrowError> {
        // A batch costs whoever takes it about as much as copying so many rows does.
        const LONG: usize = 512;
        let schema = Arc::new(self.schema.project(columns)?);
        let runs = self.runs_of(rows.clone());
        let made = |runs: &[Run]| {
            let arrays: Result<_, _> = columns.iter().map(|at| self.gathered(*at, runs)).collect();
            RecordBatch::try_new(schema.clone(), arrays?)
        };
        if rows.len() < runs.len() * LONG {
            return Ok(vec![made(&runs)?]);
        }
        runs.chunks(1).map(made).collect()
    }

    /// Whether no row has a value in a column.
    pub fn is_blank(&self, at: usize) -> bool {
        let mut columns = self.batches.iter().map(|batch| batch.column(at));
        columns.all(|array| array.null_count() == array.len())
    }

    fn runs_of(&self, rows: Range<usize>) -> Vec<Run> {
        let (mut before, mut runs) = (0, Vec::new());
        for run in &self.runs {
            let from = rows.start.clamp(before, before + run.rows) - before;
            let to = rows.end.clamp(before, before + run.rows) - before;
            if from < to {
                runs.push(Run {
                    start: run.start + from,
                    rows: to - from,
                    ..*run
                });
            }
            before += run.rows;
        }
        runs
    }

    fn gathered(&self, at: usize, runs: &[Run]) -> Result<ArrayRef, ArrowError> {
        // Long runs are copied as they are, short ones row by row.
        const LONG: usize = 16;
        let array = |batch: usize| self.batches[batch].column(at);
        if runs.is_empty() {
            return Ok(new_empty_array(self.schema.field(at).data_type()));
        }
        if let [run] = runs {
            return Ok(array(run.batch).slice(run.start, run.rows));
        }
        let n_rows: usize = runs.iter().map(|run| run.rows).sum();
        if n_rows >= runs.len() * LONG {
            let pieces: Vec<ArrayRef> = runs
                .iter()
                .map(|run| array(run.batch).slice(run.start, run.rows))
                .collect();
            let pieces: Vec<_> = pieces.iter().map(AsRef::as_ref).collect();
            return concat(&pieces);
        }
        let all: Vec<_> = self
            .batches
            .iter()
            .map(|batch| batch.column(at).as_ref())
            .collect();
        let rows: Vec<(usize, usize)> = runs
            .iter()
            .flat_map(|run| (run.start..run.start + run.rows).map(|row| (run.batch, row)))
            .collect();
        interleave(&all, &rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::AsArray;
    use arrow::array::Int64Array;
    use arrow::datatypes::DataType;
    use arrow::datatypes::Field;
    use arrow::datatypes::Int64Type;
    use arrow::datatypes::Schema;

    /// Rows 0, 1, 2, .. in batches of the given sizes.
    fn counted(sizes: &[usize]) -> Picked {
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
        let (mut next, mut batches, mut runs) = (0_i64, Vec::new(), Vec::new());
        for (batch, rows) in sizes.iter().copied().enumerate() {
            let values: Int64Array = (next..).take(rows).map(Some).collect();
            next += i64::try_from(rows).unwrap();
            batches.push(RecordBatch::try_new(schema.clone(), vec![Arc::new(values)]).unwrap());
            runs.push(Run {
                batch,
                start: 0,
                rows,
            });
        }
        Picked::of(schema, batches.into(), runs)
    }

    fn values(array: &ArrayRef) -> Vec<i64> {
        array.as_primitive::<Int64Type>().values().to_vec()
    }

    #[test]
    fn long_runs_are_left_where_they_lie() {
        let sizes = |picked: &Picked, rows| -> Vec<usize> {
            let batches = picked.batches(rows).unwrap();
            batches.iter().map(RecordBatch::num_rows).collect()
        };
        let picked = counted(&[2_000, 1_000, 500]);
        assert_eq!(sizes(&picked, 1_000..3_000), [1_000, 1_000]);
        assert_eq!(sizes(&picked, 1_990..2_010), [20]);
        let mixed = picked.reordered((0..2_000).flat_map(|row| [row, 3_499 - row / 2]));
        assert_eq!(sizes(&mixed, 0..4_000), [4_000]);
        let gathered = &mixed.batches(0..3).unwrap()[0];
        assert_eq!(values(gathered.column(0)), [0, 3_499, 1]);
    }

    #[test]
    fn rows_come_in_the_order_asked_for() {
        let picked = counted(&[3, 0, 40, 2]);
        let all: Vec<i64> = (0..45).collect();
        assert_eq!(values(&picked.column(0).unwrap()), all);
        let part = picked.batch(2..44).unwrap();
        assert_eq!(values(part.column(0)), all[2..44]);
        let back = picked.reordered((0..45).rev());
        let reversed: Vec<i64> = (0..45).rev().collect();
        assert_eq!(values(&back.column(0).unwrap()), reversed);
        assert_eq!(values(back.batch(1..4).unwrap().column(0)), [43, 42, 41]);
        assert_eq!(values(back.batch(7..7).unwrap().column(0)), [0_i64; 0]);
        let again = back.reordered((0..45).rev());
        assert_eq!(again.runs, picked.runs_of(0..45));
    }
}
