//! The class means of a checkpoint: found in the run's folder, or measured and kept there.

mod scores;

use std::time::Instant;

use hesscope_hvp::Problem;
use hesscope_hvp::class::{ClassMean, MeanGram};
use hesscope_report::schema::{ClassMeansRecord, ClassMeansSettings, MeanPoint, SCHEMA_VERSION};
use hesscope_spectral::faer::Mat;
use hesscope_spectral::{ClassicalMds, Distances, Tsne, TsneOptions, classical_mds, tsne};

use crate::analysis::{Request, Subject, open, precision_word};
use crate::failure::Failure;
use crate::folder::{RunFolder, sha256};

/// The folder of class means in the folder of a run.
pub const FOLDER: &str = "means";

/// Most classes whose means are all taken: with more the C (C + 1) points of a picture are not told apart.
const MOST_CLASSES: usize = 20;

/// Initial embeddings tried.
const STARTS: usize = 10;

/// Shuffles of the labels: the least p-value is 0.001.
const PERMUTATIONS: usize = 999;

/// The class means of a checkpoint over a split, and the name of their file.
pub fn find_or_make(
    folder: &RunFolder,
    subject: &Subject,
    request: &Request,
    class_names: &[String],
) -> Result<(ClassMeansRecord, String), Failure> {
    let settings = settings(subject, request)?;
    let key = sha256(&serde_json::to_vec(&settings)?);
    let name = format!(
        "{FOLDER}/{}-{:04}-{}.json",
        settings.split,
        settings.epoch,
        &key[..12]
    );
    if let Some(record) = folder.class_means_of(&name, &key) {
        eprintln!(
            "class means over {}, epoch {}: reused",
            settings.split, settings.epoch
        );
        return Ok((record, name));
    }
    let record = make(subject, request, settings, key, class_names)?;
    folder.write(&name, &serde_json::to_vec_pretty(&record)?)?;
    Ok((record, name))
}

/// What is measured of this subject.
fn settings(subject: &Subject, request: &Request) -> Result<ClassMeansSettings, Failure> {
    let all = subject.network.classes();
    if all < 2 {
        return Err(Failure::new(
            "there is a single class, whose means have nothing to stand apart from: take data with two or more",
        ));
    }
    let classes: Vec<usize> = (0..all.min(MOST_CLASSES)).collect();
    if classes.len() < all {
        eprintln!(
            "note: of {all} classes only the means of the first {MOST_CLASSES} are taken, with the pairs among them: \
             a picture of all {} would not be readable",
            all * (all + 1)
        );
    }
    let count = classes.len();
    Ok(ClassMeansSettings {
        split: request.split.as_str().into(),
        epoch: request.epoch,
        checkpoint_sha256: subject.checkpoint_sha256.clone(),
        data_sha256: subject.data_sha256.clone(),
        precision: precision_word(request.precision).into(),
        perplexity: perplexity(count, count * (count + 1)),
        classes,
        starts: STARTS,
        permutations: PERMUTATIONS,
        seed: request.seed,
    })
}

/// The papers': the number of classes. Few points have no room for so many neighbours.
fn perplexity(classes: usize, points: usize) -> f64 {
    (classes as f64).min((points as f64 - 1.0) / 3.0)
}

fn make(
    subject: &Subject,
    request: &Request,
    settings: ClassMeansSettings,
    key: String,
    class_names: &[String],
) -> Result<ClassMeansRecord, Failure> {
    let start = Instant::now();
    let problem = open(subject, request)?;
    let evaluation = problem.evaluate()?;
    let found = gram(&problem, &settings.classes)?;
    let distances = Distances::from_gram(found.gram.as_ref())?;
    let points = found.means.len();
    let embedding = tsne(
        &distances,
        &TsneOptions {
            perplexity: perplexity_of(&settings, points),
            seed: settings.seed,
            starts: settings.starts,
            ..TsneOptions::default()
        },
    )?;
    let scaled = classical_mds(&distances, 2)?;
    Ok(ClassMeansRecord {
        schema: SCHEMA_VERSION,
        version: env!("CARGO_PKG_VERSION").into(),
        device: subject.device_name.clone(),
        dimension: subject.network.num_parameters(),
        examples: problem.examples(),
        class_names: class_names.to_vec(),
        loss: evaluation.loss,
        accuracy: evaluation.accuracy.ok_or_else(|| {
            Failure::new("the data have no classes, so that there are no class means: give labels")
        })?,
        points: described(&found, &embedding, &scaled),
        gram: lower(&found.gram),
        kl_divergence: embedding.kl_divergence,
        kl_divergences: embedding.kl_divergences,
        mds_shares: [0, 1].map(|axis| scaled.shares[axis]),
        scores: scores::all(&found.means, &distances, &settings)?,
        seconds: start.elapsed().as_secs_f64(),
        settings,
        key,
    })
}

/// Classes without examples leave fewer points than there might be.
fn perplexity_of(settings: &ClassMeansSettings, points: usize) -> f64 {
    settings
        .perplexity
        .min(perplexity(settings.classes.len(), points))
}

fn gram(problem: &Problem, classes: &[usize]) -> Result<MeanGram, Failure> {
    let means = ClassMean::among(classes, &problem.class_weights()?);
    if means.len() < 4 {
        return Err(Failure::new(format!(
            "only {} class means exist, too few to draw: take data with examples of two or more classes",
            means.len()
        )));
    }
    eprintln!("{} class means", means.len());
    Ok(problem.mean_gram(&means)?)
}

fn described(found: &MeanGram, embedding: &Tsne, scaled: &ClassicalMds) -> Vec<MeanPoint> {
    let points = found.means.iter().enumerate().map(|(i, mean)| {
        let (class, other) = match *mean {
            ClassMean::Class(class) => (class, None),
            ClassMean::Pair(class, other) => (class, Some(other)),
        };
        MeanPoint {
            class,
            other,
            weight: mean.weight(&found.weights),
            norm: found.gram[(i, i)].max(0.0).sqrt(),
            tsne: embedding.embedding[i],
            mds: [0, 1].map(|axis| scaled.coordinates[(i, axis)]),
        }
    });
    points.collect()
}

/// The lower triangle, row by row.
fn lower(matrix: &Mat<f64>) -> Vec<f64> {
    (0..matrix.nrows())
        .flat_map(|i| (0..=i).map(move |j| matrix[(i, j)]))
        .collect()
}
