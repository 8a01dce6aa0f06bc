//! The runs of a figure: those given, or those of a scale, trained or found again.

use hesscope_data::DatasetName;
use hesscope_models::NetConfig;

use super::options::{CommonOptions, RunsOptions};
use super::scale::resolve;
use crate::failure::Failure;
use crate::run::Run;

/// Does something with every run, one after another; each is trained before, and let go of after.
pub fn each(
    options: &RunsOptions,
    nets: &[String],
    common: &CommonOptions,
    mut act: impl FnMut(&Run) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for root in &options.runs {
        act(&Run::open(root, &common.computing, &common.estimation)?)?;
    }
    if !options.runs.is_empty() {
        return Ok(());
    }
    // Every name is read before anything is trained.
    let datasets: Vec<DatasetName> = match &options.datasets {
        Some(names) => names
            .iter()
            .map(|name| name.parse())
            .collect::<Result<_, _>>()?,
        None => options.scale.datasets().to_vec(),
    };
    let mut all = Vec::new();
    for net in nets {
        let net = NetConfig::from_name(net)?;
        for &dataset in &datasets {
            all.push(resolve(options, common, dataset, net.clone())?);
        }
    }
    for settings in all {
        let run = Run::with(settings, None)?;
        run.train()?;
        act(&run)?;
    }
    Ok(())
}

/// A run in words: which network on which data set, and how much of it was trained how long.
pub struct Made {
    what: String,
    how: String,
}

/// That of a run.
pub fn made(run: &Run) -> Made {
    let settings = run.settings();
    let examples = match settings.examples_per_class.and_then(|size| size.count()) {
        Some(count) => format!("{count} training examples of each class"),
        None => "all training examples".to_owned(),
    };
    Made {
        what: format!("{} on {}", settings.net.name(), settings.dataset),
        how: format!("{examples}, {} epochs", settings.train.epochs),
    }
}

/// A sentence on all of them, those together that were made alike.
pub fn sentence(all: &[Made]) -> String {
    let mut alike: Vec<(&str, Vec<&str>)> = Vec::new();
    for made in all {
        match alike.iter_mut().find(|(how, _)| *how == made.how) {
            Some((_, whats)) => whats.push(&made.what),
            None => alike.push((&made.how, vec![&made.what])),
        }
    }
    let said: Vec<String> = alike
        .iter()
        .map(|(how, whats)| format!("{} ({how})", whats.join(", ")))
        .collect();
    format!("The runs: {}.", said.join("; "))
}
