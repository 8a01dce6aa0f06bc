//! The table of a sweep: a row for every analysis of every finished run.
//!
//! It is made from the analyses of the finished runs and sorted by what they are, so that it is the same, byte for byte,
//! however often the sweep was stopped and by however many processes it was run.

use std::path::PathBuf;

use hesscope_records::SweepRow;
use hesscope_report::SweepEntry;

use super::columns::parquet;
use super::failure::FailureRecord;
use super::finished::{Finished, learning_rate};
use super::folder::{CSV, PAGE, PARQUET, SweepFolder, TABLE};
use super::page;
use super::plan::Plan;
use super::point::Point;
use super::row::row;
use super::table::{csv, order};
use crate::error::StudyError;
use crate::manifest::write_manifest;
use crate::observer::{Event, Observer};

/// What there is, and where the table of it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// Rows of the table.
    pub rows: usize,
    /// Runs of the plan.
    pub runs: usize,
    /// Finished runs.
    pub done: usize,
    /// Failed runs.
    pub failed: usize,
    /// The files written.
    pub files: Vec<PathBuf>,
}

/// Writes the table of all runs that are finished now, and its page if that is asked for or nothing is left: it is too much
/// work for each of many processes that end.
///
/// Every row is of an analysis that is whole and the one that its run finished with. A run of which that cannot be said
/// counts as left, and the observer is told. The folder is held meanwhile: of two processes that end together the later one
/// sees all that the earlier one did, and its table is the one that stays.
///
/// # Errors
///
/// A folder that is none of a sweep, a plan or spec that is not as it was written, and files that cannot be written.
pub fn collect(
    folder: &SweepFolder,
    page: bool,
    observer: &dyn Observer,
) -> Result<Collected, StudyError> {
    Plan::read_whole(folder)?;
    let held = folder.hold()?;
    let plan = Plan::read_whole(folder)?;
    let (mut marks, mut failures) = (Vec::new(), Vec::new());
    for point in &plan.runs {
        match Finished::read(folder, point) {
            Ok(Some(mark)) => marks.push((point, mark)),
            Ok(None) => failures.extend(FailureRecord::read(folder, point)?),
            Err(reason) => tell(observer, point, &reason),
        }
    }
    let page = page || marks.len() + failures.len() == plan.runs.len();
    let (mut table, mut done) = (Vec::new(), 0);
    for (point, mark) in &marks {
        match rows(folder, point, mark, page) {
            Ok(rows) => {
                table.extend(rows);
                done += 1;
            }
            Err(error) => tell(observer, point, &error.to_string()),
        }
    }
    table.sort_by(|a, b| order(&a.0, &b.0));
    let (rows, entries): (Vec<SweepRow>, Vec<Option<SweepEntry>>) = table.into_iter().unzip();
    let mut files = vec![
        held.write(CSV, &csv(&rows)?)?,
        held.write(PARQUET, &parquet(&rows)?)?,
    ];
    if page {
        files.push(page::write(
            &held,
            entries.into_iter().flatten().collect(),
            &failures,
        )?);
    }
    // An earlier page stays as it is.
    let root = held.root();
    let earlier = Some(root.join(PAGE)).filter(|path| !page && path.is_file());
    write_manifest(
        root,
        TABLE,
        plan.spec_sha256(),
        files.iter().chain(&earlier),
    )?;
    Ok(Collected {
        rows: rows.len(),
        runs: plan.runs.len(),
        done,
        failed: failures.len(),
        files,
    })
}

/// The rows of a finished run, and where the page is drawn its entries.
fn rows(
    folder: &SweepFolder,
    point: &Point,
    mark: &Finished,
    page: bool,
) -> Result<Vec<(SweepRow, Option<SweepEntry>)>, StudyError> {
    let rate = learning_rate(folder, point)?;
    let analyses = mark.analyses(folder, point)?;
    analyses
        .iter()
        .map(|(file, analysis)| {
            let row = row(point, rate, analysis, file)?;
            let entry = page.then(|| page::entry(&row, analysis)).transpose()?;
            Ok((row, entry))
        })
        .collect()
}

fn tell(observer: &dyn Observer, point: &Point, reason: &str) {
    observer.event(Event::Note(&format!(
        "the run {} is left out of the table: {reason}; start the sweep again, and what is wrong is made again",
        point.name
    )));
}
