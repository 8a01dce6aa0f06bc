//! `hesscope dynamics`: the spectra of Hess and its parts over epochs and sample sizes.

mod cell;
mod options;
mod transition;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use hesscope_hvp::Terms;
use hesscope_report::schema::{
    Along, Analysis, Dynamics, DynamicsCell, DynamicsSettings, SCHEMA_VERSION,
};
use hesscope_report::write_dynamics;

use crate::failure::Failure;
use crate::folder::{sha256, write_whole};
use crate::outliers::words;
use crate::run::Run;
use crate::settings::{Settings, SplitName};

pub use options::DynamicsOptions;

/// The file of the numbers.
const FILE: &str = "dynamics.json";

/// One sample size with the settings of its run.
struct Size {
    name: String,
    settings: Settings,
    hash: String,
}

/// `hesscope dynamics`.
pub fn run(options: &DynamicsOptions) -> Result<(), Failure> {
    let split = SplitName::from_str(&options.split)?;
    let epochs = distinct("--epochs", &options.epochs, |epoch| *epoch)?;
    let sizes = distinct(
        "--examples-per-class",
        &options.examples_per_class,
        |size| size.count().unwrap_or(usize::MAX),
    )?;
    let operators = operators(&options.operators)?;
    let sizes: Vec<Size> = sizes
        .into_iter()
        .map(|size| {
            let mut settings = Settings::laid(&options.run(size, &epochs))?;
            settings.analysis.epochs = Some(epochs.clone());
            settings.analysis.splits = vec![split.as_str().into()];
            settings.check()?;
            Ok(Size {
                name: size.to_string(),
                hash: settings.hash()?,
                settings,
            })
        })
        .collect::<Result<_, Failure>>()?;
    let Some(any) = sizes.first() else {
        return Err(Failure::new("no sample size is asked for"));
    };
    let settings = DynamicsSettings {
        dataset: any.settings.dataset.to_string(),
        network: any.settings.net.name().to_owned(),
        split: split.as_str().into(),
        sizes: sizes
            .iter()
            .map(|size| (size.name.clone(), size.hash.clone()))
            .collect(),
        epochs: epochs.clone(),
        operators: operators.iter().map(Terms::to_string).collect(),
        least_separation: cell::LEAST_SEPARATION,
    };
    let key = sha256(&serde_json::to_vec(&settings)?);
    let root = options
        .out
        .clone()
        .unwrap_or_else(|| default_root(&settings, &key));

    let mut found = Found::default();
    for size in &sizes {
        of_size(&root, size, &epochs, &operators, split, &mut found)?;
    }
    let names: Vec<String> = sizes.iter().map(|size| size.name.clone()).collect();
    let transitions = transition::all(&found.cells, &names, &epochs, &settings.operators);
    let dynamics = Dynamics {
        schema: SCHEMA_VERSION,
        settings,
        key,
        version: env!("CARGO_PKG_VERSION").into(),
        device: found.device,
        dimension: found.dimension,
        classes: found.classes,
        seconds: found.analyses.iter().map(|analysis| analysis.seconds).sum(),
        cells: found.cells,
        transitions,
    };
    write_whole(&root.join(FILE), &serde_json::to_vec_pretty(&dynamics)?)?;
    print(&dynamics);
    let files = write_dynamics(&dynamics, &found.analyses, &root)?;
    println!("{}", files.html.display());
    Ok(())
}

/// What the cells have, gathered.
#[derive(Default)]
struct Found {
    cells: Vec<DynamicsCell>,
    /// Those of every cell, in the order of cells and operators.
    analyses: Vec<Analysis>,
    device: String,
    dimension: usize,
    classes: usize,
}

/// Trains the run of one sample size, or finds it, and analyses it at every epoch.
fn of_size(
    root: &Path,
    size: &Size,
    epochs: &[usize],
    operators: &[Terms],
    split: SplitName,
    found: &mut Found,
) -> Result<(), Failure> {
    let folder = format!("runs/{}-a-class-{}", size.name, &size.hash[..8]);
    let run = Run::with(size.settings.clone(), Some(&root.join(&folder)))?;
    run.train()?;
    for &epoch in epochs {
        let checkpoint = run.checkpoint(epoch)?;
        let mut spectra = Vec::new();
        let mut first: Option<(f64, f64, usize)> = None;
        for &terms in operators {
            let (analysis, file) = run.analyse(&checkpoint, terms, split, epoch)?;
            eprintln!(
                "{} a class, epoch {epoch}, {terms}: outliers above {}",
                size.name,
                words(&analysis.outliers.positive)
            );
            first.get_or_insert((analysis.loss, analysis.accuracy, analysis.examples));
            found.dimension = analysis.dimension;
            found.classes = analysis.classes;
            spectra.push(cell::spectrum(&analysis, &file));
            found.analyses.push(analysis);
        }
        let Some((loss, accuracy, examples)) = first else {
            return Err(Failure::new(
                "no operator is asked for: name one with --operators",
            ));
        };
        found.cells.push(DynamicsCell {
            size: size.name.clone(),
            training_examples: run.training_examples(),
            examples,
            epoch,
            run: folder.clone(),
            loss,
            accuracy,
            spectra,
        });
    }
    found.device = run.device_name().to_owned();
    Ok(())
}

/// Values in order, each once.
fn distinct<T: Copy + PartialEq>(
    flag: &str,
    values: &[T],
    order: impl Fn(&T) -> usize,
) -> Result<Vec<T>, Failure> {
    let mut sorted = values.to_vec();
    sorted.sort_by_key(order);
    sorted.dedup();
    if sorted.is_empty() {
        return Err(Failure::new(format!(
            "{flag} is empty: give at least one value"
        )));
    }
    Ok(sorted)
}

/// The operators, each once.
fn operators(names: &[String]) -> Result<Vec<Terms>, Failure> {
    let mut operators: Vec<Terms> = Vec::new();
    for name in names {
        let terms = Terms::from_str(name)?;
        if !operators.contains(&terms) {
            operators.push(terms);
        }
    }
    if operators.is_empty() {
        return Err(Failure::new("--operators is empty: give at least one name"));
    }
    Ok(operators)
}

fn default_root(settings: &DynamicsSettings, key: &str) -> PathBuf {
    PathBuf::from("dynamics").join(format!(
        "{}-{}-{}",
        settings.dataset,
        settings.network,
        &key[..8]
    ))
}

/// The counts as a table, and the transitions.
fn print(dynamics: &Dynamics) {
    for (i, operator) in dynamics.settings.operators.iter().enumerate() {
        println!("{operator}: outliers above zero (C = {})", dynamics.classes);
        print!("{:>10}", "a class");
        for epoch in &dynamics.settings.epochs {
            print!("{:>12}", format!("epoch {epoch}"));
        }
        println!();
        for (size, _) in &dynamics.settings.sizes {
            print!("{size:>10}");
            for cell in dynamics.cells.iter().filter(|cell| cell.size == *size) {
                let count = words(&cell.spectra[i].outliers.positive);
                let short = count.split(' ').next().unwrap_or_default().to_owned();
                print!("{short:>12}");
            }
            println!();
        }
    }
    for found in &dynamics.transitions {
        let (held, what) = match found.along {
            Along::Epochs => (format!("{} a class", found.at), "epoch"),
            Along::Sizes => (format!("epoch {}", found.at), "size"),
        };
        println!(
            "{}, {held}: {}",
            found.operator,
            transition::words(&found.outcome, what)
        );
    }
}

#[cfg(test)]
mod tests {
    use hesscope_data::PerClass;

    use super::*;

    #[test]
    fn sizes_and_epochs_come_in_order_each_once() {
        let order = |size: &PerClass| size.count().unwrap_or(usize::MAX);
        let sizes = [PerClass::All, 37.into(), 13.into(), 37.into()];
        assert_eq!(
            distinct("--sizes", &sizes, order).expect("sizes"),
            [13.into(), 37.into(), PerClass::All]
        );
        let empty = distinct("--sizes", &[], order).expect_err("nothing");
        assert!(empty.to_string().contains("--sizes is empty"));
    }

    #[test]
    fn operators_come_as_asked_for_each_once() {
        let names = |list: &[&str]| {
            list.iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let found = operators(&names(&["h", "g-a1", "h"])).expect("operators");
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].to_string(), "a2+b1+b2");
        assert!(operators(&[]).is_err());
        assert!(operators(&names(&["hesse"])).is_err());
    }
}
