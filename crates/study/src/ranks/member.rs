//! Ranks that take part in the studies of rank 0.

use hesscope_hvp::{Pieces, Problem};
use hesscope_models::{Setup, Trainer};
use hesscope_ranks::{Member, Ranks, serve};
use hesscope_records::{Precision, Split};

use super::request::{ProblemRequest, Request};
use crate::device::DeviceName;
use crate::error::StudyError;
use crate::measure::problem_of;
use crate::observer::Observer;
use crate::run::Run;
use crate::source::Sources;

/// Takes part in what goes over examples, until rank 0 ends.
///
/// # Panics
///
/// For a leader of another version.
pub fn take_part(ranks: &Ranks, observer: &dyn Observer) {
    let mut loaded = None;
    serve(ranks, |request| {
        match serde_json::from_slice(request).expect("all ranks run one version") {
            Request::Training { device, precision } => training(ranks, device, precision),
            Request::Vectors {
                dim,
                device,
                precision,
            } => vectors(ranks, dim, device, precision),
            Request::Problem(problem) => open(ranks, *problem, &mut loaded, observer),
        }
    });
}

/// The trainer that follows the leader's; none where one cannot be made at some rank.
fn training(ranks: &Ranks, device: DeviceName, precision: Precision) -> Option<Box<dyn Member>> {
    let setup = Setup::receive(ranks);
    let made = || -> Result<Trainer, StudyError> {
        let device = device.of_rank(&ranks.place()).open(precision)?;
        Ok(setup.trainer(&device)?)
    };
    let trainer = ranks.agree(made()).ok()?;
    Some(Box::new(trainer.join(ranks.clone(), None)))
}

/// The pieces of the leader's vectors; none where a device cannot be opened at some rank.
fn vectors(
    ranks: &Ranks,
    dim: usize,
    device: DeviceName,
    precision: Precision,
) -> Option<Box<dyn Member>> {
    let opened = device.of_rank(&ranks.place()).open(precision);
    let device = ranks.agree(opened).ok()?;
    Some(Box::new(Pieces::new(ranks.clone(), dim, precision, device)))
}

/// The examples loaded last, with what they were asked for as.
type Loaded = Option<(String, Sources)>;

/// The share of the problem that the leader opens; none where one cannot be opened at some rank.
fn open(
    ranks: &Ranks,
    request: ProblemRequest,
    loaded: &mut Loaded,
    observer: &dyn Observer,
) -> Option<Box<dyn Member>> {
    let made = share(ranks, request, loaded, observer);
    let problem = Problem::join_ranks(made, ranks.clone(), None).ok()?;
    Some(Box::new(problem))
}

fn share(
    ranks: &Ranks,
    request: ProblemRequest,
    loaded: &mut Loaded,
    observer: &dyn Observer,
) -> Result<Problem, StudyError> {
    let ProblemRequest {
        root,
        mut settings,
        epoch,
        split,
        checkpoint_sha256,
        data_sha256,
    } = request;
    settings.device = settings.device.of_rank(&ranks.place());
    let asked = format!("{:?}", settings.dataset_spec());
    let sources = match loaded.take() {
        Some((known, sources)) if known == asked => sources,
        _ => Sources::load(&settings, observer)?,
    };
    *loaded = Some((asked, sources.clone()));
    require(
        "examples",
        split,
        &sources.split(split).fingerprint()?,
        &data_sha256,
    )?;
    let run = Run::attend(&root, settings, sources)?;
    let checkpoint = run.checkpoint(epoch, observer)?;
    require("weights", split, &checkpoint.sha256, &checkpoint_sha256)?;
    problem_of(&run, &checkpoint.network, split, observer, Some(ranks))
}

/// Refuses what is not the same here as at rank 0.
fn require(what: &str, split: Split, found: &str, wanted: &str) -> Result<(), StudyError> {
    if found == wanted {
        return Ok(());
    }
    let of = match what {
        "examples" => format!(" of the {split} split"),
        _ => String::new(),
    };
    Err(StudyError::setting(format!(
        "the {what}{of} are other ones than those of rank 0: give all ranks the same files, on a file system that they share"
    )))
}
