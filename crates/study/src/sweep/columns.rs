//! The table's columns, which are the fields of a row, and the table as Parquet: text, 64-bit integers and doubles, absent
//! values as nulls, one group of rows.

use std::sync::Arc;

use hesscope_records::SweepRow;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::record::RecordWriter;
use parquet_derive::ParquetRecordWriter;

use crate::error::StudyError;

/// A row as Parquet stores it, with the names of its fields and how it is made. Its integers have a sign, as those of every
/// reader do.
macro_rules! columns {
    ($($name:ident: $type:ident $(<$value:ident>)?,)+) => {
        #[derive(ParquetRecordWriter)]
        struct StoredRow {
            $($name: $type $(<$value>)?,)+
        }

        impl StoredRow {
            fn of(row: &SweepRow) -> Result<Self, StudyError> {
                Ok(StoredRow {
                    $($name: row.$name.clone().stored(stringify!($name))?,)+
                })
            }
        }

        /// The names of the columns, in the order of the fields of a row.
        pub const NAMES: &[&str] = &[$(stringify!($name)),+];
    };
}

columns! {
    run: String,
    dataset: String,
    network: String,
    examples_per_class: Option<i64>,
    epochs: i64,
    seed: i64,
    learning_rate: Option<f64>,
    parameters: i64,
    classes: i64,
    examples: i64,
    operator: String,
    split: String,
    epoch: i64,
    loss: f64,
    accuracy: f64,
    smallest: f64,
    largest: f64,
    outliers_above: Option<i64>,
    outliers_below: Option<i64>,
    edge_above: Option<f64>,
    edge_above_error: Option<f64>,
    edge_below: Option<f64>,
    edge_below_error: Option<f64>,
    mean_eigenvalue: f64,
    mean_eigenvalue_error: Option<f64>,
    law_above: Option<String>,
    law_below: Option<String>,
    products: i64,
    analysis: String,
}

/// A value of a row as it is stored.
trait Stored<T> {
    /// The value, which a number without sign may not reach.
    fn stored(self, column: &str) -> Result<T, StudyError>;
}

impl Stored<String> for String {
    fn stored(self, _: &str) -> Result<String, StudyError> {
        Ok(self)
    }
}

impl Stored<f64> for f64 {
    fn stored(self, _: &str) -> Result<f64, StudyError> {
        Ok(self)
    }
}

impl Stored<i64> for u64 {
    fn stored(self, column: &str) -> Result<i64, StudyError> {
        i64::try_from(self).map_err(|_| {
            StudyError::setting(format!(
                "the column {column} has the value {self}, which the table's 64-bit integers do not reach: give the runs \
                 smaller numbers"
            ))
        })
    }
}

impl<T, S: Stored<T>> Stored<Option<T>> for Option<S> {
    fn stored(self, column: &str) -> Result<Option<T>, StudyError> {
        self.map(|value| value.stored(column)).transpose()
    }
}

/// The bytes of a file with these rows.
pub fn parquet(rows: &[SweepRow]) -> Result<Vec<u8>, StudyError> {
    let rows: Vec<StoredRow> = rows.iter().map(StoredRow::of).collect::<Result<_, _>>()?;
    let rows = rows.as_slice();
    // Without the writer's version, which is no result.
    let properties = WriterProperties::builder()
        .set_created_by("hesscope".into())
        .build();
    let bytes = || {
        let mut file = SerializedFileWriter::new(Vec::new(), rows.schema()?, Arc::new(properties))?;
        let mut group = file.next_row_group()?;
        rows.write_to_row_group(&mut group)?;
        group.close()?;
        file.into_inner()
    };
    bytes().map_err(|error| StudyError::Fault(format!("the table cannot be formed: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    fn row() -> SweepRow {
        SweepRow {
            run: "runs/a, \"b\"".into(),
            dataset: "mnist".into(),
            network: "mlp".into(),
            examples_per_class: Some(10),
            epochs: 3,
            seed: 7,
            learning_rate: Some(0.1),
            parameters: 100,
            classes: 10,
            examples: 50,
            operator: "g-a1".into(),
            split: "train".into(),
            epoch: 3,
            loss: 0.25,
            accuracy: 1.0,
            smallest: -1e-300,
            largest: 0.1 + 0.2,
            outliers_above: Some(9),
            outliers_below: Some(0),
            edge_above: Some(0.5),
            edge_above_error: Some(0.25),
            edge_below: Some(-0.5),
            edge_below_error: Some(0.125),
            mean_eigenvalue: 1e-9,
            mean_eigenvalue_error: Some(1e-10),
            law_above: Some("power law".into()),
            law_below: Some("semicircle".into()),
            products: 320,
            analysis: "runs/a/analysis/g.json".into(),
        }
    }

    /// A row without anything that may be absent.
    fn bare() -> SweepRow {
        SweepRow {
            examples_per_class: None,
            learning_rate: None,
            outliers_above: None,
            outliers_below: None,
            edge_above: None,
            edge_above_error: None,
            edge_below: None,
            edge_below_error: None,
            mean_eigenvalue_error: None,
            law_above: None,
            law_below: None,
            ..row()
        }
    }

    /// Parquet's own reader finds every field of a row, by name, in order and to the bit.
    #[test]
    fn every_field_of_a_row_is_read_back() {
        for rows in [vec![], vec![row()], vec![bare(), row(), bare(), bare()]] {
            let bytes = parquet(&rows).expect("Parquet");
            let mut file = tempfile::tempfile().expect("a file");
            std::io::Write::write_all(&mut file, &bytes).expect("the bytes");
            let reader = SerializedFileReader::new(file).expect("Parquet");
            let read: Vec<Vec<(String, Field)>> = reader
                .get_row_iter(None)
                .expect("rows")
                .map(|row| row.expect("a row").into_columns())
                .collect();
            assert_eq!(read.len(), rows.len());
            for (read, row) in read.iter().zip(&rows) {
                let expected = serde_json::to_value(row).expect("JSON");
                let expected = expected.as_object().expect("an object");
                assert_eq!(read.len(), expected.len());
                for (name, field) in read {
                    let field = match field {
                        Field::Null => serde_json::Value::Null,
                        Field::Str(text) => text.clone().into(),
                        Field::Long(value) => (*value).into(),
                        Field::Double(value) => (*value).into(),
                        other => panic!("{name} is {other}"),
                    };
                    assert_eq!(Some(&field), expected.get(name), "{name}");
                }
            }
        }
    }

    #[test]
    fn a_number_too_large_is_named() {
        let failure = parquet(&[SweepRow {
            seed: u64::MAX,
            ..row()
        }])
        .expect_err("too large");
        assert!(failure.to_string().contains("the column seed"), "{failure}");
    }
}
