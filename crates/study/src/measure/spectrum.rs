//! The spectrum of one operator at one checkpoint over one split.

use std::time::Instant;

use burn::tensor::Device;
use hesscope_hvp::{Options, Precision, Problem, Terms};
use hesscope_models::{BnMode, Network};
use hesscope_report::schema::{Analysis, AnalysisSettings, SCHEMA_VERSION, TopEigenvalues};
use hesscope_spectral::{
    LinearOperator, OutlierOptions, Reorthogonalisation, SpectralRange, VectorSpace, outliers,
};

use crate::counted::Counted;
use crate::density::{Measured, laws, measure};
use crate::failure::Failure;
use crate::folder::{RunFolder, sha256};
use crate::leading::{Effort, GUARDS, Leading, leading};
use crate::outliers::candidates;
use crate::partial::Partial;
use crate::settings::{AnalysisChoices, SplitName, reorthogonalisation_word};
use crate::source::Source;

/// What is asked for.
pub struct Request<'a> {
    pub terms: Terms,
    pub split: SplitName,
    pub epoch: usize,
    pub precision: Precision,
    pub seed: u64,
    pub choices: &'a AnalysisChoices,
}

/// What it is asked of.
pub struct Subject<'a> {
    pub network: &'a Network,
    pub source: &'a Source,
    pub checkpoint_sha256: String,
    pub data_sha256: String,
    pub device: &'a Device,
    pub device_name: String,
}

/// Above this number of parameters a product is dear, and the default effort is lower.
const LARGE: usize = 1_000_000;

/// A leading pair becomes an atom of the density where its residual is at most this share of its gap to the rest.
const ATOM_FRACTION: f64 = 0.01;

/// Most products with one vector of a density whose error is asked for.
const MAX_PRODUCTS: usize = 20_000;

/// The margin of the range on each side, relative to its width.
const MARGIN: f64 = 0.05;

/// The analysis, from the folder where these very settings were analysed before.
pub fn find_or_make(
    folder: &RunFolder,
    subject: &Subject,
    request: &Request,
) -> Result<(Analysis, String), Failure> {
    let settings = resolve(subject, request);
    let key = sha256(&serde_json::to_vec(&settings)?);
    let name = format!(
        "{}-{}-{:04}-{}.json",
        file_stem(request.terms),
        request.split.as_str(),
        request.epoch,
        &key[..12]
    );
    if let Some(analysis) = folder.analysis(&name, &key) {
        eprintln!(
            "{} over {}, epoch {}: reused",
            request.terms,
            request.split.as_str(),
            request.epoch
        );
        Partial::forget(folder, &key);
        return Ok((analysis, name));
    }
    let mut partial = Partial::open(folder, &key, request.choices.snapshot_seconds)?;
    let analysis = make(subject, request, settings, key, &mut partial)?;
    folder.write(
        &format!("analysis/{name}"),
        &serde_json::to_vec_pretty(&analysis)?,
    )?;
    Partial::forget(folder, &analysis.key);
    Ok((analysis, name))
}

/// The operator's name without what shells read as their own.
pub fn file_stem(terms: Terms) -> String {
    terms.to_string().replace('[', "-").replace(']', "")
}

/// The word for a precision.
pub fn precision_word(precision: Precision) -> &'static str {
    match precision {
        Precision::F32 => "f32",
        Precision::F64 => "f64",
    }
}

/// Vectors of p numbers that the memory holds.
fn vectors(request: &Request, p: usize) -> usize {
    (request.choices.memory_mib << 20) / (p * request.precision.bytes())
}

/// All numbers that were left to be chosen, chosen.
pub fn resolve(subject: &Subject, request: &Request) -> AnalysisSettings {
    let choices = request.choices;
    let classes = subject.network.classes();
    let p = subject.network.num_parameters();
    let large = p > LARGE;
    let vectors = vectors(request, p);
    let range_steps = choices
        .range_steps
        .unwrap_or(if large { 40 } else { 128 })
        .min(p);
    // A quarter of the memory each for the block, its products, its rotation, and the rest.
    let top = choices
        .top
        .unwrap_or(classes)
        .min((vectors / 4).saturating_sub(GUARDS).max(1))
        .min(p);
    let probes = choices.probes.unwrap_or(if large { 1 } else { 4 });
    let lanczos_steps = choices.lanczos_steps.unwrap_or(if large { 16 } else { 48 });
    let fits = range_steps.max(probes * lanczos_steps) <= vectors / 2;
    AnalysisSettings {
        operator: request.terms.to_string(),
        split: request.split.as_str().into(),
        epoch: request.epoch,
        checkpoint_sha256: subject.checkpoint_sha256.clone(),
        data_sha256: subject.data_sha256.clone(),
        precision: precision_word(request.precision).into(),
        probes,
        lanczos_steps,
        range_steps,
        reorthogonalisation: reorthogonalisation_word(choices.reorthogonalisation.unwrap_or(
            if fits {
                Reorthogonalisation::Full
            } else {
                Reorthogonalisation::None
            },
        ))
        .into(),
        top,
        subspace_iterations: if large { 2 } else { 60 },
        subspace_tolerance: match request.precision {
            Precision::F32 => 1e-4,
            Precision::F64 => 1e-8,
        },
        seed: request.seed,
        atom_fraction: Some(ATOM_FRACTION),
        density_error: choices.density_error,
        max_products: choices
            .density_error
            .map(|_| choices.max_products.unwrap_or(MAX_PRODUCTS)),
    }
}

/// The loss of the subject as a problem, checked to give the same bits twice.
pub fn open(subject: &Subject, request: &Request) -> Result<Problem, Failure> {
    let options = Options {
        precision: request.precision,
        memory: (request.choices.memory_mib << 20) / 2,
        ..Options::default()
    };
    let problem = Problem::new(
        subject.network,
        |network: &Network, x| network.forward(x, BnMode::Running),
        subject.source.clone(),
        subject.device,
        options,
    )?;
    eprintln!("{}", problem.plan());
    problem.check_determinism()?;
    Ok(problem)
}

fn make(
    subject: &Subject,
    request: &Request,
    settings: AnalysisSettings,
    key: String,
    partial: &mut Partial,
) -> Result<Analysis, Failure> {
    let start = Instant::now();
    let problem = open(subject, request)?;
    let evaluation = problem.evaluate()?;
    let effort = Effort::of(&settings)?;
    let operator = Counted::new(
        problem.operator(request.terms),
        effort.products() + settings.probes * settings.lanczos_steps,
        format!("{} over {}", request.terms, request.split.as_str()),
    );
    let found =
        leading(&operator, &effort, &mut partial.keeper).map_err(|error| partial.explain(error))?;
    let fit = vectors(request, operator.space().dim());
    let Measured {
        density,
        automatic,
        products,
    } = measure(&operator, &found, &effort, &settings, fit, partial)?;
    let laws = laws(
        &density,
        request.terms,
        operator.space().epsilon(),
        settings.seed,
    )?;
    let most = 4 * problem.classes() + 20;
    let (values, residuals) = candidates(
        &found,
        effort.keeps_vectors(),
        most,
        operator.space().epsilon(),
    );
    let products = products + found.products();
    let Leading { run, top } = found;
    let outliers = outliers(&values, &residuals, &OutlierOptions::default())?;
    Ok(Analysis {
        schema: SCHEMA_VERSION,
        key,
        version: env!("CARGO_PKG_VERSION").into(),
        device: subject.device_name.clone(),
        dimension: operator.space().dim(),
        examples: problem.examples(),
        classes: problem.classes(),
        loss: evaluation.loss,
        accuracy: evaluation.accuracy.ok_or_else(|| {
            Failure::new("the data have no classes, so that there is no accuracy: give labels")
        })?,
        range: SpectralRange::of_run(&run, MARGIN),
        top: TopEigenvalues {
            values: top.pairs.values,
            residuals: top.pairs.residuals,
            converged: top.pair_converged,
            iterations: top.iterations,
        },
        density,
        automatic,
        laws,
        outliers,
        outlier_candidates: values.len(),
        products,
        seconds: start.elapsed().as_secs_f64(),
        settings,
    })
}
