//! The table as Parquet: text, 64-bit integers and doubles, absent values as nulls, one group of rows.

use std::sync::Arc;

use hesscope_report::schema::SweepRow;
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use crate::failure::Failure;

/// A column.
pub struct Column {
    pub name: &'static str,
    values: Values,
}

/// Where its values come from; only those that may be absent are options.
enum Values {
    Text(fn(&SweepRow) -> &str),
    TextOrNone(fn(&SweepRow) -> Option<&str>),
    Integer(fn(&SweepRow) -> u64),
    IntegerOrNone(fn(&SweepRow) -> Option<u64>),
    Real(fn(&SweepRow) -> f64),
    RealOrNone(fn(&SweepRow) -> Option<f64>),
}

use Values::{Integer, IntegerOrNone, Real, RealOrNone, Text, TextOrNone};

const fn column(name: &'static str, values: Values) -> Column {
    Column { name, values }
}

/// The columns, in the order of the fields of a row.
pub const COLUMNS: [Column; 29] = [
    column("run", Text(|row| &row.run)),
    column("dataset", Text(|row| &row.dataset)),
    column("network", Text(|row| &row.network)),
    column(
        "examples_per_class",
        IntegerOrNone(|row| row.examples_per_class),
    ),
    column("epochs", Integer(|row| row.epochs)),
    column("seed", Integer(|row| row.seed)),
    column("learning_rate", RealOrNone(|row| row.learning_rate)),
    column("parameters", Integer(|row| row.parameters)),
    column("classes", Integer(|row| row.classes)),
    column("examples", Integer(|row| row.examples)),
    column("operator", Text(|row| &row.operator)),
    column("split", Text(|row| &row.split)),
    column("epoch", Integer(|row| row.epoch)),
    column("loss", Real(|row| row.loss)),
    column("accuracy", Real(|row| row.accuracy)),
    column("smallest", Real(|row| row.smallest)),
    column("largest", Real(|row| row.largest)),
    column("outliers_above", IntegerOrNone(|row| row.outliers_above)),
    column("outliers_below", IntegerOrNone(|row| row.outliers_below)),
    column("edge_above", RealOrNone(|row| row.edge_above)),
    column("edge_above_error", RealOrNone(|row| row.edge_above_error)),
    column("edge_below", RealOrNone(|row| row.edge_below)),
    column("edge_below_error", RealOrNone(|row| row.edge_below_error)),
    column("mean_eigenvalue", Real(|row| row.mean_eigenvalue)),
    column(
        "mean_eigenvalue_error",
        RealOrNone(|row| row.mean_eigenvalue_error),
    ),
    column("law_above", TextOrNone(|row| row.law_above.as_deref())),
    column("law_below", TextOrNone(|row| row.law_below.as_deref())),
    column("products", Integer(|row| row.products)),
    column("analysis", Text(|row| &row.analysis)),
];

/// The bytes of a file with these rows.
pub fn parquet(rows: &[SweepRow]) -> Result<Vec<u8>, Failure> {
    // Without the writer's version, which is no result.
    let properties = WriterProperties::builder()
        .set_created_by("hesscope".into())
        .build();
    let mut file = SerializedFileWriter::new(Vec::new(), schema()?, Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    for column in &COLUMNS {
        column.write(rows, &mut group)?;
    }
    group.close()?;
    Ok(file.into_inner()?)
}

fn schema() -> Result<TypePtr, ParquetError> {
    let fields = COLUMNS
        .iter()
        .map(|column| column.field().map(Arc::new))
        .collect::<Result<_, _>>()?;
    let schema = Type::group_type_builder("sweep").with_fields(fields);
    Ok(Arc::new(schema.build()?))
}

impl Column {
    fn field(&self) -> Result<Type, ParquetError> {
        let (physical, logical) = match self.values {
            Text(_) | TextOrNone(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Integer(_) | IntegerOrNone(_) => (Physical::INT64, None),
            Real(_) | RealOrNone(_) => (Physical::DOUBLE, None),
        };
        let repetition = match self.values {
            Text(_) | Integer(_) | Real(_) => Repetition::REQUIRED,
            TextOrNone(_) | IntegerOrNone(_) | RealOrNone(_) => Repetition::OPTIONAL,
        };
        Type::primitive_type_builder(self.name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()
    }

    fn write(&self, rows: &[SweepRow], group: &mut Group<'_>) -> Result<(), Failure> {
        let text = |text: &str| ByteArray::from(text.as_bytes().to_vec());
        let integer = |value: u64| {
            i64::try_from(value).map_err(|_| {
                Failure::new(format!(
                    "the column {} has the value {value}, which the table's 64-bit integers do not reach: give the runs \
                     smaller numbers",
                    self.name
                ))
            })
        };
        match self.values {
            Text(of) => {
                let values: Vec<_> = rows.iter().map(|row| text(of(row))).collect();
                write::<ByteArrayType>(&values, None, group)
            }
            TextOrNone(of) => {
                let values: Vec<_> = rows.iter().filter_map(of).map(text).collect();
                write::<ByteArrayType>(&values, Some(levels(rows, of)), group)
            }
            Integer(of) => {
                let values: Vec<_> = rows
                    .iter()
                    .map(|row| integer(of(row)))
                    .collect::<Result<_, _>>()?;
                write::<Int64Type>(&values, None, group)
            }
            IntegerOrNone(of) => {
                let values: Vec<_> = rows
                    .iter()
                    .filter_map(of)
                    .map(integer)
                    .collect::<Result<_, _>>()?;
                write::<Int64Type>(&values, Some(levels(rows, of)), group)
            }
            Real(of) => {
                let values: Vec<_> = rows.iter().map(of).collect();
                write::<DoubleType>(&values, None, group)
            }
            RealOrNone(of) => {
                let values: Vec<_> = rows.iter().filter_map(of).collect();
                write::<DoubleType>(&values, Some(levels(rows, of)), group)
            }
        }
    }
}

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

/// 1 for every row that has a value, 0 for every other.
fn levels<'a, T>(rows: &'a [SweepRow], of: fn(&'a SweepRow) -> Option<T>) -> Vec<i16> {
    rows.iter()
        .map(|row| i16::from(of(row).is_some()))
        .collect()
}

/// Writes the next column: the values there are, and where they are.
fn write<T: DataType>(
    values: &[T::T],
    levels: Option<Vec<i16>>,
    group: &mut Group<'_>,
) -> Result<(), Failure> {
    let mut column = group.next_column()?.ok_or_else(|| {
        Failure::new("the table has fewer columns than its schema: please report this fault")
    })?;
    column
        .typed::<T>()
        .write_batch(values, levels.as_deref(), None)?;
    column.close()?;
    Ok(())
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
