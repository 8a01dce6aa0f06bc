//! The spectrum of one operator at one checkpoint over one split.

use std::cell::Cell;
use std::time::Instant;

use burn::tensor::Device;
use hesscope_hvp::{Array, Operator, Options, ParameterSpace, Precision, Problem, Terms};
use hesscope_models::{BnMode, Network};
use hesscope_report::schema::{Analysis, AnalysisSettings, SCHEMA_VERSION, TopEigenvalues};
use hesscope_spectral::{
    Breakdown, LanczosOptions, LanczosRun, LinearOperator, OperatorError, OutlierOptions,
    ProbeKind, Probes, Reorthogonalisation, SlqOptions, SpectralRange, SubspaceOptions,
    VectorSpace, deflated_density, lanczos, outliers, subspace_iteration,
};

use crate::failure::Failure;
use crate::folder::{RunFolder, sha256};
use crate::outliers::candidates;
use crate::output::Progress;
use crate::settings::{AnalysisChoices, SplitName};
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

/// Vectors beyond the leading pairs that the subspace iteration carries along.
const GUARDS: usize = 6;

/// The margin of the range on each side, relative to its width.
const MARGIN: f64 = 0.05;

/// The analysis, from the folder where these very settings were analysed before.
pub fn find_or_make(
    folder: &RunFolder,
    subject: &Subject,
    request: &Request,
) -> Result<(Analysis, String), Failure> {
    let classes = subject.network.classes();
    let dimension = subject.network.num_parameters();
    let settings = resolve(subject, request, dimension, classes);
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
        return Ok((analysis, name));
    }
    let analysis = make(subject, request, settings, key)?;
    folder.write(
        &format!("analysis/{name}"),
        &serde_json::to_vec_pretty(&analysis)?,
    )?;
    Ok((analysis, name))
}

/// The operator's name without what shells read as their own.
fn file_stem(terms: Terms) -> String {
    terms.to_string().replace('[', "-").replace(']', "")
}

/// All numbers that were left to be chosen, chosen.
fn resolve(subject: &Subject, request: &Request, p: usize, classes: usize) -> AnalysisSettings {
    let choices = request.choices;
    let large = p > LARGE;
    let vectors = (choices.memory_mib << 20) / (p * request.precision.bytes());
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
        precision: match request.precision {
            Precision::F32 => "f32".into(),
            Precision::F64 => "f64".into(),
        },
        probes,
        lanczos_steps,
        range_steps,
        reorthogonalisation: if fits { "full" } else { "none" }.into(),
        top,
        subspace_iterations: if large { 2 } else { 60 },
        subspace_tolerance: match request.precision {
            Precision::F32 => 1e-4,
            Precision::F64 => 1e-8,
        },
        seed: request.seed,
    }
}

fn make(
    subject: &Subject,
    request: &Request,
    settings: AnalysisSettings,
    key: String,
) -> Result<Analysis, Failure> {
    let start = Instant::now();
    let choices = request.choices;
    let options = Options {
        precision: request.precision,
        memory: (choices.memory_mib << 20) / 2,
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
    let evaluation = problem.evaluate()?;
    let block = settings.top + GUARDS;
    let expected = settings.range_steps + 2 * block + settings.probes * settings.lanczos_steps;
    let operator = Counted {
        inner: problem.operator(request.terms),
        progress: Progress::new(expected as u64, "products").with_lines(),
        products: Cell::new(0),
    };
    operator
        .progress
        .say(format!("{} over {}", request.terms, request.split.as_str()));

    let full = settings.reorthogonalisation == "full";
    let reorthogonalisation = if full {
        Reorthogonalisation::Full
    } else {
        Reorthogonalisation::None
    };
    let breakdown = if full {
        Breakdown::Restart
    } else {
        Breakdown::Stop
    };
    let leading = LanczosOptions {
        steps: settings.range_steps,
        reorthogonalisation,
        breakdown,
        keep_basis: full,
        seed: settings.seed,
    };
    let start_vector = Probes::new(ProbeKind::Gaussian, settings.seed ^ LEADING_STREAM)
        .vector(operator.space(), 0);
    let mut run = lanczos(&operator, &[start_vector], &leading)?.remove(0);
    let warm = if full {
        leading_ritz_vectors(operator.space(), &run, block)?
    } else {
        Vec::new()
    };
    // Its vectors are no longer needed, and are most of the memory.
    run.basis = None;
    let top = subspace_iteration(
        &operator,
        &SubspaceOptions {
            pairs: settings.top,
            oversampling: GUARDS,
            max_iterations: settings.subspace_iterations,
            tolerance: settings.subspace_tolerance,
            seed: settings.seed,
            ..SubspaceOptions::default()
        },
        Some(&warm),
    )?;
    let density = deflated_density(
        &operator,
        &top.pairs,
        &SlqOptions {
            probes: settings.probes,
            steps: settings.lanczos_steps,
            kind: ProbeKind::Gaussian,
            seed: settings.seed,
            reorthogonalisation,
            breakdown,
            block_size: 0,
        },
    )?;
    // Without reorthogonalisation Ritz values come in copies, which no rule on spacings survives.
    let (values, residuals) = if full {
        candidates(
            &top.pairs,
            &run,
            4 * problem.classes() + 20,
            operator.space().epsilon(),
        )
    } else {
        (top.pairs.values.clone(), top.pairs.residuals.clone())
    };
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
        outliers,
        outlier_candidates: values.len(),
        products: operator.products.get(),
        seconds: start.elapsed().as_secs_f64(),
        settings,
    })
}

/// Keeps the leading run's start apart from the probes of the density.
const LEADING_STREAM: u64 = 0x6c65_6164_696e_6721;

/// Ritz vectors of the values of largest modulus, to start the subspace iteration from.
fn leading_ritz_vectors(
    space: &ParameterSpace,
    run: &LanczosRun<Array>,
    count: usize,
) -> Result<Vec<Array>, Failure> {
    let mut order: Vec<usize> = (0..run.ritz_values.len()).collect();
    order.sort_by(|&a, &b| {
        run.ritz_values[b]
            .abs()
            .total_cmp(&run.ritz_values[a].abs())
    });
    order.truncate(count);
    Ok(run.ritz_vectors(space, &order)?)
}

/// An operator that counts its products and shows how far it is.
struct Counted<'a> {
    inner: Operator<'a>,
    progress: Progress,
    products: Cell<usize>,
}

impl LinearOperator for Counted<'_> {
    type Space = ParameterSpace;

    fn space(&self) -> &ParameterSpace {
        self.inner.space()
    }

    fn apply(&self, block: &[Array]) -> Result<Vec<Array>, OperatorError> {
        let products = self.inner.apply(block)?;
        self.products.set(self.products.get() + block.len());
        self.progress.advance(block.len() as u64);
        Ok(products)
    }
}
