//! `hesscope attribute`: which part of the Hessian each feature of its spectrum belongs to, finding by finding of the
//! papers.

mod condition;
mod energy;
mod measure;
mod options;
mod rules;
mod show;

use std::str::FromStr;
use std::time::Instant;

use hesscope_hvp::{Part, Terms};
use hesscope_report::schema::{Attribution, AttributionSettings, SCHEMA_VERSION};

use crate::analysis::resolve;
use crate::failure::Failure;
use crate::folder::sha256;
use crate::partial::Partial;
use crate::run::{Checkpoint, Run};
use crate::settings::SplitName;

pub use options::AttributeOptions;

/// The folder of attributions in the folder of a run.
pub const FOLDER: &str = "attribution";

/// Most class means whose Gram matrix is diagonalised: those of 49 classes.
const MOST_MEANS: usize = 2500;

/// A checkpoint over a split.
pub struct Asked<'a> {
    pub run: &'a Run,
    pub checkpoint: &'a Checkpoint,
    pub split: SplitName,
    pub epoch: usize,
}

/// `hesscope attribute`.
pub fn run(options: &AttributeOptions) -> Result<(), Failure> {
    let start = Instant::now();
    let split = SplitName::from_str(&options.split)?;
    if !(2..=1_000_000).contains(&options.energy_probes) {
        return Err(Failure::new(format!(
            "--energy-probes is {}: give a number from 2 to 1000000, since one probe has no error bar",
            options.energy_probes
        )));
    }
    let run = Run::open(&options.run, &options.computing, &options.estimation)?;
    let epoch = options.epoch.unwrap_or(run.settings().train.epochs);
    let checkpoint = run.checkpoint(epoch)?;
    let asked = Asked {
        run: &run,
        checkpoint: &checkpoint,
        split,
        epoch,
    };
    let settings = settings(&asked, options.energy_probes)?;
    let key = sha256(&serde_json::to_vec(&settings)?);
    let name = format!("{FOLDER}/{}-{epoch:04}-{}.json", split.as_str(), &key[..12]);
    let found = run.folder().attribution(&name, &key);
    let attribution = match found {
        Some(found) => {
            eprintln!("attribution over {}, epoch {epoch}: reused", split.as_str());
            found
        }
        None => {
            let measured = measure::measure(&asked, &settings, &key)?;
            let made = Attribution {
                schema: SCHEMA_VERSION,
                settings,
                key,
                version: env!("CARGO_PKG_VERSION").into(),
                device: run.device_name().to_owned(),
                findings: rules::findings(&measured),
                measured,
                seconds: start.elapsed().as_secs_f64(),
            };
            run.folder()
                .write(&name, &serde_json::to_vec_pretty(&made)?)?;
            made
        }
    };
    Partial::forget(run.folder(), &attribution.key);
    print!("{}", show::table(&attribution));
    println!("{}", run.folder().root().join(name).display());
    Ok(())
}

/// The operators that are analysed: Hess, its two parts, G without each of its parts that is not of low rank, and B2.
///
/// G without B2 has low rank, and its spectrum is exact by the Gram matrix of the class means where those are not too many.
fn operators(classes: usize) -> Vec<Terms> {
    let g = Terms::from(Part::G);
    let mut operators = vec![
        Part::Hess.into(),
        g,
        Part::H.into(),
        g - Part::A1,
        g - Part::A2,
        g - Part::B1,
        Part::B2.into(),
    ];
    if !means_are_few(classes) {
        operators.push(g - Part::B2);
    }
    operators
}

/// Whether the class means are few enough for the exact spectra of B1 and of G without B2.
fn means_are_few(classes: usize) -> bool {
    classes * (classes + 1) <= MOST_MEANS
}

/// What determines the attribution.
fn settings(asked: &Asked, energy_probes: usize) -> Result<AttributionSettings, Failure> {
    let subject = asked.run.subject(asked.checkpoint, asked.split)?;
    let mut analyses = Vec::new();
    for terms in operators(asked.run.classes()) {
        let request = asked.run.request(terms, asked.split, asked.epoch)?;
        let own = resolve(&subject, &request);
        analyses.push((terms.to_string(), sha256(&serde_json::to_vec(&own)?)));
    }
    Ok(AttributionSettings {
        rules: rules::VERSION,
        split: asked.split.as_str().into(),
        epoch: asked.epoch,
        checkpoint_sha256: subject.checkpoint_sha256.clone(),
        data_sha256: subject.data_sha256.clone(),
        precision: asked.run.settings().precision.clone(),
        analyses,
        energy_probes,
        seed: asked.run.settings().all_seeds().probes,
    })
}
