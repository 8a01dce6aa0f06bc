//! The rows of the table in their order, and the table as CSV.

use std::cmp::Ordering;

use hesscope_records::SweepRow;

use super::columns::NAMES;
use crate::error::StudyError;

/// By what was run, then by what was measured of it.
pub fn order(a: &SweepRow, b: &SweepRow) -> Ordering {
    let run = |row: &SweepRow| {
        (
            row.dataset.clone(),
            row.network.clone(),
            // All examples after any number of them.
            row.examples_per_class.unwrap_or(u64::MAX),
            row.seed,
        )
    };
    let measured = |row: &SweepRow| (row.epoch, row.split != "train", row.operator.clone());
    run(a)
        .cmp(&run(b))
        .then_with(|| match (a.learning_rate, b.learning_rate) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        })
        .then_with(|| a.run.cmp(&b.run))
        .then_with(|| measured(a).cmp(&measured(b)))
        .then_with(|| a.analysis.cmp(&b.analysis))
}

/// The rows as text, an absent value as an empty field.
pub fn csv(rows: &[SweepRow]) -> Result<Vec<u8>, StudyError> {
    let bytes = || -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::WriterBuilder::new()
            .has_headers(false)
            .from_writer(Vec::new());
        // Even a table without rows has its columns.
        writer.write_record(NAMES)?;
        for row in rows {
            writer.serialize(row)?;
        }
        writer
            .into_inner()
            .map_err(|error| error.into_error().into())
    };
    bytes().map_err(|error| StudyError::Fault(format!("the table cannot be formed: {error}")))
}
