//! The table of a sweep: a row for every analysis of every finished run.
//!
//! It is made from the finished runs alone and sorted by what they are, so that it is the same, byte for byte, however often
//! the sweep was stopped and by however many processes it was run.

use std::cmp::Ordering;
use std::path::PathBuf;

use hesscope_report::schema::SweepRow;

use super::failures::FailureRecord;
use super::finished::Finished;
use super::folder::SweepFolder;
use super::options::FolderOptions;
use super::page;
use super::parquet::{COLUMNS, parquet};
use super::plan::Plan;
use crate::failure::Failure;

/// The table's names.
const CSV: &str = "sweep.csv";
const PARQUET: &str = "sweep.parquet";

/// What there is, and where the table of it lies.
pub struct Collected {
    rows: usize,
    runs: usize,
    done: usize,
    failed: usize,
    files: Vec<PathBuf>,
}

impl Collected {
    /// Says it.
    pub fn print(&self) {
        let Collected {
            rows,
            runs,
            done,
            failed,
            files,
        } = self;
        eprintln!(
            "{done} of {runs} runs are done, {failed} failed, {} are left; the table has {rows} rows",
            runs - done - failed
        );
        for file in files {
            println!("{}", file.display());
        }
    }
}

/// `hesscope sweep collect`.
pub fn run(options: &FolderOptions) -> Result<(), Failure> {
    let (folder, _) = Plan::find(&options.sweep)?;
    write(&folder, true)?.print();
    Ok(())
}

/// Writes the table of all runs that are finished now, and its page if that is asked for or nothing is left: it is made from
/// every analysis, and too much work for each of many processes that end.
///
/// The folder is held meanwhile: of two processes that end together the later one sees all that the earlier one did, and
/// its table is the one that stays.
pub fn write(folder: &SweepFolder, page: bool) -> Result<Collected, Failure> {
    let held = folder.hold()?;
    let plan = Plan::read(folder)?.unwrap_or_default();
    let (mut rows, mut done, mut failed) = (Vec::new(), 0, Vec::new());
    for point in &plan.runs {
        if let Some(finished) = Finished::read(folder, point)? {
            rows.extend(finished.rows);
            done += 1;
        } else {
            failed.extend(FailureRecord::read(folder, point)?);
        }
    }
    rows.sort_by(order);
    let mut files = vec![
        held.write(CSV, &csv(&rows)?)?,
        held.write(PARQUET, &parquet(&rows)?)?,
    ];
    if page || done + failed.len() == plan.runs.len() {
        files.push(page::write(&held, &rows, &failed)?);
    }
    Ok(Collected {
        rows: rows.len(),
        runs: plan.runs.len(),
        done,
        failed: failed.len(),
        files,
    })
}

/// By what was run, then by what was measured of it.
fn order(a: &SweepRow, b: &SweepRow) -> Ordering {
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
fn csv(rows: &[SweepRow]) -> Result<Vec<u8>, Failure> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .from_writer(Vec::new());
    // Even a table without rows has its columns.
    writer.write_record(COLUMNS.iter().map(|column| column.name))?;
    for row in rows {
        writer.serialize(row)?;
    }
    Ok(writer.into_inner().map_err(|error| error.into_error())?)
}
