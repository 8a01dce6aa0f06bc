//! The class means of a checkpoint: found in the run's folder, or measured and kept there.

use std::time::Instant;

use hesscope_hvp::class::{ClassMean, MeanGram};
use hesscope_records::record::find_or_make;
use hesscope_records::{ClassMeans, ClassMeansSettings, Kept, MeanPoint};
use hesscope_spectral::faer::Mat;
use hesscope_spectral::{ClassicalMds, Distances, Tsne, TsneOptions, classical_mds, tsne};

use super::class_mean_scores;
use super::opened::Opened;
use crate::error::StudyError;
use crate::observer::Event;

/// Most classes whose means are all taken: with more the C (C + 1) points of a picture are not told apart.
const MOST_CLASSES: usize = 20;

/// Initial embeddings tried.
const STARTS: usize = 10;

/// Shuffles of the labels: the least p-value is 0.001.
const PERMUTATIONS: usize = 999;

/// The class means of a checkpoint over a split, found in the folder or made.
///
/// # Errors
///
/// Data of a single class, what the products fail with, and a folder that cannot be read or written.
pub fn class_means(opened: &Opened<'_>) -> Result<Kept<ClassMeans>, StudyError> {
    let settings = settings(opened)?;
    let root = opened.run().folder().root();
    let kept = find_or_make(root, settings, |settings| make(opened, settings))?;
    opened.tell_source("class means", &kept);
    Ok(kept)
}

/// What is measured of this subject.
fn settings(opened: &Opened<'_>) -> Result<ClassMeansSettings, StudyError> {
    let all = opened.network().classes();
    if all < 2 {
        return Err(StudyError::setting(
            "there is a single class, whose means have nothing to stand apart from: take data with two or more",
        ));
    }
    let classes: Vec<usize> = (0..all.min(MOST_CLASSES)).collect();
    if classes.len() < all {
        let note = format!(
            "of {all} classes only the means of the first {MOST_CLASSES} are taken, with the pairs among them: \
             a picture of all {} would not be readable",
            all * (all + 1)
        );
        opened.observer().event(Event::Note(&note));
    }
    let count = classes.len();
    Ok(ClassMeansSettings {
        subject: opened.subject().clone(),
        perplexity: perplexity(count, count * (count + 1)),
        classes,
        starts: STARTS,
        permutations: PERMUTATIONS,
        seed: opened.run().settings().all_seeds().probes,
    })
}

/// The papers': the number of classes. Few points have no room for so many neighbours.
fn perplexity(classes: usize, points: usize) -> f64 {
    (classes as f64).min((points as f64 - 1.0) / 3.0)
}

fn make(opened: &Opened<'_>, settings: ClassMeansSettings) -> Result<ClassMeans, StudyError> {
    let start = Instant::now();
    let found = gram(opened, &settings.classes)?;
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
    let drawn = class_mean_scores::in_the_plane(&embedding.embedding)?;
    Ok(ClassMeans {
        dimension: opened.network().num_parameters(),
        examples: opened.problem()?.examples(),
        class_names: opened.run().class_names().to_vec(),
        loss: opened.evaluation()?.loss,
        accuracy: opened.accuracy()?,
        points: described(&found, &embedding, &scaled),
        gram: lower(&found.gram),
        kl_divergence: embedding.kl_divergence,
        kl_divergences: embedding.kl_divergences,
        mds_shares: [0, 1].map(|axis| scaled.shares[axis]),
        scores: class_mean_scores::all(&found.means, &distances, &settings)?,
        tsne_scores: class_mean_scores::all(&found.means, &drawn, &settings)?,
        origin: opened.origin(&settings, start),
        settings,
    })
}

/// Classes without examples leave fewer points than there might be.
fn perplexity_of(settings: &ClassMeansSettings, points: usize) -> f64 {
    settings
        .perplexity
        .min(perplexity(settings.classes.len(), points))
}

fn gram(opened: &Opened<'_>, classes: &[usize]) -> Result<MeanGram, StudyError> {
    let problem = opened.problem()?;
    let means = ClassMean::among(classes, &problem.class_weights()?);
    if means.len() < 4 {
        return Err(StudyError::setting(format!(
            "only {} class means exist, too few to draw: take data with examples of two or more classes",
            means.len()
        )));
    }
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
