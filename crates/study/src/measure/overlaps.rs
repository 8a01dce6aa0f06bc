//! `hesscope overlaps`: how the outlier spaces of operators, the class means and the gradient lie to each
//! other, and how they turn in the course of training.

use std::str::FromStr;
use std::time::Instant;

use hesscope_hvp::class::ClassMean;
use hesscope_hvp::{Array, ParameterSpace, Part, Problem, Terms};
use hesscope_report::schema::{
    AlongOverlap, AnalysisSettings, EpochOverlaps, OverlapRecord, OverlapSettings, Overlaps,
    SCHEMA_VERSION, SpaceRecord,
};
use hesscope_spectral::{
    OutlierOptions, OutlierOutcome, VectorSpace, outliers, principal_angles, rotation_bound,
};

use crate::analysis::{Request, file_stem, open, resolve};
use crate::args::OverlapsOptions;
use crate::counted::Counted;
use crate::eigenvectors::{self, About, Kept};
use crate::failure::Failure;
use crate::folder::{RunFolder, sha256};
use crate::leading::{Effort, leading};
use crate::outliers::candidates;
use crate::partial::Partial;
use crate::run::{Run, require_class};
use crate::settings::SplitName;

/// The folder of overlaps in the folder of a run.
pub const FOLDER: &str = "overlaps";

/// A subspace with vectors that span it.
pub struct Space {
    pub record: SpaceRecord,
    pub vectors: Vec<Array>,
}

/// `hesscope overlaps`.
pub fn run(options: &OverlapsOptions) -> Result<(), Failure> {
    let start = Instant::now();
    let split = SplitName::from_str(&options.split)?;
    let run = Run::open(&options.run, &options.computing, &options.estimation)?;
    for &operator in &options.operators {
        require_class(operator, run.classes())?;
    }
    let epochs = match &options.epochs {
        Some(epochs) => epochs.clone(),
        None => run.kept_epochs()?,
    };
    let first = options
        .operators
        .first()
        .copied()
        .unwrap_or(Part::Hess.into());
    let mut checkpoints = Vec::new();
    for &epoch in &epochs {
        checkpoints.push((epoch, run.checkpoint_sha256(epoch)?));
    }
    checkpoints.sort();
    checkpoints.dedup();
    let Some((last, _)) = checkpoints.last().cloned() else {
        return Err(Failure::new(
            "no epoch is asked for: name one with --epochs",
        ));
    };
    let checkpoint = run.checkpoint(last)?;
    let subject = run.subject(&checkpoint, split)?;
    let effort = resolve(&subject, &run.request(first, split, last)?);
    if options
        .pairs
        .is_some_and(|pairs| pairs == 0 || pairs > effort.top)
    {
        return Err(Failure::new(format!(
            "--pairs must be from 1 to the number of leading eigenpairs, {}: choose fewer, or more of those \
             with --top",
            effort.top
        )));
    }
    let settings = OverlapSettings {
        operators: options.operators.iter().map(Terms::to_string).collect(),
        split: split.as_str().into(),
        checkpoints: checkpoints.clone(),
        data_sha256: subject.data_sha256.clone(),
        precision: effort.precision.clone(),
        pairs: options.pairs,
        top: effort.top,
        range_steps: effort.range_steps,
        reorthogonalisation: effort.reorthogonalisation.clone(),
        subspace_iterations: effort.subspace_iterations,
        subspace_tolerance: effort.subspace_tolerance,
        seed: effort.seed,
    };
    let key = sha256(&serde_json::to_vec(&settings)?);
    let name = format!("{FOLDER}/{}-{}.json", split.as_str(), &key[..12]);

    let dimension = checkpoint.network.num_parameters();
    // From the last epoch back, so that the two an epoch is compared with are at hand.
    let mut found = Vec::new();
    let mut along = Vec::new();
    let mut of_last: Option<(usize, Vec<Space>)> = None;
    let mut of_next: Option<(usize, Vec<Space>)> = None;
    for &(epoch, _) in checkpoints.iter().rev() {
        let checkpoint = run.checkpoint(epoch)?;
        let subject = run.subject(&checkpoint, split)?;
        let problem = open(&subject, &run.request(first, split, epoch)?)?;
        let mut spaces = Vec::new();
        for &terms in &options.operators {
            let asked = run.request(terms, split, epoch)?;
            let settings = resolve(&subject, &asked);
            spaces.push(if is_of_class_means(terms) {
                of_class_means(&problem, terms, options.pairs)?
            } else {
                iterated(run.folder(), &problem, &asked, &settings, options.pairs)?
            });
        }
        spaces.extend(others(&problem, vectors_that_fit(&run, &problem)?)?);
        let space = problem.space();
        for (at, earlier) in [&of_next, &of_last].into_iter().flatten() {
            if along
                .iter()
                .any(|seen: &AlongOverlap| seen.from == epoch && seen.to == *at)
            {
                continue;
            }
            for (one, other) in spaces.iter().zip(earlier).take(options.operators.len()) {
                along.push(AlongOverlap {
                    name: one.record.name.clone(),
                    from: epoch,
                    to: *at,
                    overlap: overlap(space, one, other)?,
                });
            }
        }
        let mut pairs = Vec::new();
        for (i, one) in spaces.iter().enumerate() {
            for other in &spaces[i + 1..] {
                pairs.push(overlap(space, one, other)?);
            }
        }
        let epoch_overlaps = EpochOverlaps {
            epoch,
            spaces: spaces.iter().map(|space| space.record.clone()).collect(),
            pairs,
        };
        print(&epoch_overlaps);
        found.push(epoch_overlaps);
        if of_last.is_none() {
            of_last = Some((epoch, spaces));
        } else {
            of_next = Some((epoch, spaces));
        }
    }
    found.reverse();
    along.sort_by(|a, b| (&a.name, a.from, a.to).cmp(&(&b.name, b.from, b.to)));
    let overlaps = Overlaps {
        schema: SCHEMA_VERSION,
        settings,
        key,
        version: env!("CARGO_PKG_VERSION").into(),
        device: run.device_name().to_owned(),
        dimension,
        classes: run.classes(),
        epochs: found,
        along,
        seconds: start.elapsed().as_secs_f64(),
    };
    run.folder()
        .write(&name, &serde_json::to_vec_pretty(&overlaps)?)?;
    println!("{}", run.folder().root().join(name).display());
    Ok(())
}

/// Whether an operator's eigenvectors are combinations of class means, known exactly.
fn is_of_class_means(terms: Terms) -> bool {
    ![Part::B2, Part::H, Part::Decay]
        .into_iter()
        .any(|part| terms.contains(part))
        && terms.class().is_none()
}

/// The leading space of A1, A2, B1 or a sum of them: its range, or the `pairs` leading eigenvectors.
pub fn of_class_means(
    problem: &Problem,
    terms: Terms,
    pairs: Option<usize>,
) -> Result<Space, Failure> {
    let weights = problem.class_weights()?;
    let needed: Vec<ClassMean> = ClassMean::all(&weights)
        .into_iter()
        .filter(|mean| match *mean {
            ClassMean::Class(_) => terms.contains(Part::A1) || terms.contains(Part::B1),
            ClassMean::Pair(class, other) if class == other => terms.contains(Part::A2),
            ClassMean::Pair(..) => terms.contains(Part::B1),
        })
        .collect();
    let spectrum = problem.mean_gram(&needed)?.spectrum(terms)?;
    let count = pairs
        .unwrap_or(problem.classes())
        .min(spectrum.values.len());
    Ok(Space {
        record: SpaceRecord {
            name: terms.to_string(),
            dimension: count,
            eigenvalues: spectrum.values[..count].to_vec(),
            residuals: vec![0.0; count],
            counted: false,
            rotation: 0.0,
        },
        vectors: problem.class_eigenvectors(&spectrum, count)?,
    })
}

/// The outlier space of an operator that is iterated, or its `pairs` leading eigenvectors.
pub fn iterated(
    folder: &RunFolder,
    problem: &Problem,
    request: &Request,
    settings: &AnalysisSettings,
    pairs: Option<usize>,
) -> Result<Space, Failure> {
    // What the density takes does not enter into the eigenpairs.
    let own = AnalysisSettings {
        probes: 0,
        lanczos_steps: 0,
        density_error: None,
        max_products: None,
        atom_fraction: None,
        ..settings.clone()
    };
    let key = sha256(&serde_json::to_vec(&own)?);
    let name = format!(
        "{}-{}-{:04}-{}.safetensors",
        file_stem(request.terms),
        own.split,
        own.epoch,
        &key[..12]
    );
    let path = folder.root().join(eigenvectors::FOLDER).join(&name);
    let space = problem.space();
    let kept = match eigenvectors::read(&path, &key, space) {
        Some(kept) => kept,
        None => {
            let effort = Effort::of(&own)?;
            let operator = Counted::new(
                problem.operator(request.terms),
                effort.products(),
                format!("{} over {}, epoch {}", own.operator, own.split, own.epoch),
            );
            let mut partial = Partial::open(folder, &key, request.choices.snapshot_seconds)?;
            let found = leading(&operator, &effort, &mut partial.keeper)
                .map_err(|error| partial.explain(error))?;
            let most = 4 * problem.classes() + 20;
            let (values, residuals) =
                candidates(&found, effort.keeps_vectors(), most, space.epsilon());
            let counted = outliers(&values, &residuals, &OutlierOptions::default())?;
            let kept = Kept {
                about: About {
                    key,
                    version: env!("CARGO_PKG_VERSION").into(),
                    operator: own.operator.clone(),
                    split: own.split.clone(),
                    epoch: own.epoch,
                    outliers: match counted.positive {
                        OutlierOutcome::Decided(count) => Some(count.count),
                        OutlierOutcome::Undecided(_) => None,
                    },
                    next: found.next(),
                },
                pairs: found.top.pairs,
            };
            eigenvectors::write(folder, &name, space, &kept)?;
            kept
        }
    };
    Partial::forget(folder, &kept.about.key);
    Ok(outlier_space(&kept, pairs, problem.classes()))
}

/// The space of the `pairs` leading eigenvectors by modulus; where that is not said, of the outliers counted
/// above zero, and where none are, of C.
fn outlier_space(kept: &Kept, pairs: Option<usize>, classes: usize) -> Space {
    let all = &kept.pairs;
    let positive: Vec<usize> = (0..all.values.len())
        .filter(|&i| all.values[i] > 0.0)
        .collect();
    let counted = match (pairs, kept.about.outliers) {
        (None, Some(count)) if (1..=positive.len()).contains(&count) => Some(count),
        _ => None,
    };
    let chosen: Vec<usize> = match counted {
        Some(count) => positive[..count].to_vec(),
        None => (0..pairs.unwrap_or(classes).min(all.values.len())).collect(),
    };
    let modulus = |i: usize| all.values[i].abs();
    let least = chosen
        .iter()
        .map(|&i| modulus(i))
        .fold(f64::INFINITY, f64::min);
    // Where outliers above zero are counted, what lies below zero is farther from them than zero is.
    let next = (0..all.values.len())
        .filter(|i| !chosen.contains(i))
        .filter(|&i| counted.is_none() || all.values[i] > 0.0)
        .map(|i| modulus(i) + all.residuals[i])
        .fold(kept.about.next, f64::max);
    let pick = |values: &[f64]| -> Vec<f64> { chosen.iter().map(|&i| values[i]).collect() };
    let residuals = pick(&all.residuals);
    let record = SpaceRecord {
        name: kept.about.operator.clone(),
        dimension: chosen.len(),
        eigenvalues: pick(&all.values),
        rotation: rotation_bound(&residuals, least - next),
        residuals,
        counted: counted.is_some(),
    };
    Space {
        record,
        vectors: chosen.iter().map(|&i| all.vectors[i].clone()).collect(),
    }
}

/// Vectors that may be held beside those of the operators.
fn vectors_that_fit(run: &Run, problem: &Problem) -> Result<usize, Failure> {
    let space = problem.space();
    let bytes = space.dim() * space.precision().bytes();
    Ok(((run.settings().analysis.memory_mib << 20) / 4 / bytes).max(1))
}

/// The spans of the class means, as many as `fit`, and of the gradient.
fn others(problem: &Problem, fit: usize) -> Result<Vec<Space>, Failure> {
    let weights = problem.class_weights()?;
    let (own, pairs): (Vec<ClassMean>, Vec<ClassMean>) = ClassMean::all(&weights)
        .into_iter()
        .partition(|mean| matches!(mean, ClassMean::Class(_)));
    let mut spaces = Vec::new();
    for (name, means) in [("g_c", own), ("g_cc'", pairs)] {
        if means.len() > fit {
            eprintln!(
                "note: the {} means {name} do not fit the memory and are left out; give more with \
                 analysis.memory-mib",
                means.len()
            );
            continue;
        }
        spaces.push(span(name, problem.class_means(&means)?));
    }
    spaces.push(span("gradient", vec![problem.gradient()?]));
    Ok(spaces)
}

fn span(name: &str, vectors: Vec<Array>) -> Space {
    Space {
        record: SpaceRecord {
            name: name.into(),
            dimension: vectors.len(),
            eigenvalues: Vec::new(),
            residuals: Vec::new(),
            counted: false,
            rotation: 0.0,
        },
        vectors,
    }
}

/// How two subspaces lie to each other, with the error that their residuals leave.
pub fn overlap(
    space: &ParameterSpace,
    one: &Space,
    other: &Space,
) -> Result<OverlapRecord, Failure> {
    let angles = principal_angles(space, &one.vectors, &other.vectors)?;
    let smaller = angles.angles.len().max(1) as f64;
    let overlap = angles.overlap();
    Ok(OverlapRecord {
        first: one.record.name.clone(),
        second: other.record.name.clone(),
        overlap,
        error: ((one.record.rotation + other.record.rotation) / smaller).min(1.0),
        chance: angles.chance_overlap(space.dim()),
        angles,
    })
}

/// The overlaps of an epoch as a table on standard output.
fn print(overlaps: &EpochOverlaps) {
    println!(
        "epoch {}: mean squared cosine of the principal angles",
        overlaps.epoch
    );
    print!("{:14}", "");
    for space in &overlaps.spaces {
        print!("{:>15}", format!("{} ({})", space.name, space.dimension));
    }
    println!();
    for one in &overlaps.spaces {
        print!("{:14}", one.name);
        for other in &overlaps.spaces {
            let found = overlaps
                .pairs
                .iter()
                .find(|pair| pair.first == one.name && pair.second == other.name);
            let cell = found.map_or(String::new(), |pair| {
                if pair.error >= 1.0 {
                    format!("{:.3} ± any", pair.overlap)
                } else {
                    format!("{:.3} ± {:.0e}", pair.overlap, pair.error)
                }
            });
            print!("{cell:>15}");
        }
        println!();
    }
}
