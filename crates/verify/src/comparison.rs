//! Computing what a reference holds, and how far apart the two are.

use burn::tensor::Device;
use hesscope_hvp::class::{ClassMean, ClassWeights, MeanGram};
use hesscope_hvp::{Array, Operator, Part, Precision, Problem};
use hesscope_spectral::{LinearOperator, VectorSpace};

use crate::error::VerifyError;
use crate::reference::Reference;
use crate::tensor::ReferenceTensor;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// The logits of all examples.
    Logits,
    /// The gradient of the mean loss.
    Gradient,
    /// Products of one operator with the reference's directions.
    Operator(Part),
    /// The weights P_cc' of all pairs of classes.
    ClassWeights,
    /// The means g_c of all classes.
    ClassMeans,
    /// The means g_cc' of all pairs of classes.
    PairMeans,
    /// The spectrum of a part of low rank, from the Gram matrix of the means.
    Spectrum(Part),
}

impl Quantity {
    /// Everything that is compared.
    pub const ALL: [Quantity; 15] = [
        Quantity::Logits,
        Quantity::Gradient,
        Quantity::Operator(Part::Hess),
        Quantity::Operator(Part::G),
        Quantity::Operator(Part::H),
        Quantity::Operator(Part::A1),
        Quantity::Operator(Part::A2),
        Quantity::Operator(Part::B1),
        Quantity::Operator(Part::B2),
        Quantity::ClassWeights,
        Quantity::ClassMeans,
        Quantity::PairMeans,
        Quantity::Spectrum(Part::A1),
        Quantity::Spectrum(Part::A2),
        Quantity::Spectrum(Part::B1),
    ];

    /// The name of the quantity, for tables.
    pub fn name(self) -> String {
        match self {
            Quantity::Logits => "logits".into(),
            Quantity::Gradient => "gradient".into(),
            Quantity::Operator(part) => part.name().into(),
            Quantity::ClassWeights => "p_cc'".into(),
            Quantity::ClassMeans => "g_c".into(),
            Quantity::PairMeans => "g_cc'".into(),
            Quantity::Spectrum(part) => format!("spectrum of {part}"),
        }
    }

    /// The reference's tensor.
    fn tensor(self) -> String {
        match self {
            Quantity::Logits => "logits".into(),
            Quantity::Gradient => "grad".into(),
            Quantity::Operator(Part::Hess) => "hessian.matvec".into(),
            Quantity::Operator(part) => format!("{part}.matvec"),
            Quantity::ClassWeights => "p_cc".into(),
            Quantity::ClassMeans => "g_c".into(),
            Quantity::PairMeans => "g_cc".into(),
            Quantity::Spectrum(part) => format!("{part}.eigenvalues"),
        }
    }
}

/// How far a quantity is from the reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Which.
    pub quantity: Quantity,
    /// What the comparison gave.
    pub outcome: Outcome,
}

/// What a comparison gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// The largest of |ours - reference| / |reference| over the rows compared, in the Euclidean norm; a
    /// row of zeros is held against the largest row.
    Error(f64),
    /// The reference's products cannot be those of a symmetric matrix, as a Hessian and its parts are:
    /// the largest |vᵢ·Mvⱼ - vⱼ·Mvᵢ|, relative to the largest |vᵢ·Mvⱼ|. Nothing was compared.
    ReferenceAsymmetric(f64),
}

/// A symmetric matrix multiplied in float64 is symmetric to rounding, far below this.
pub(crate) const ASYMMETRY: f64 = 1e-9;

/// Computes everything on a device and compares it with the reference.
///
/// # Errors
///
/// When the reference lacks a tensor, or the device fails.
pub fn verify(
    reference: &Reference,
    precision: Precision,
    device: &Device,
) -> Result<Vec<Comparison>, VerifyError> {
    let problem = reference.problem(precision, device)?;
    let rows = reference.directions.values.chunks(reference.dim());
    let directions: Vec<_> = rows
        .map(|row| problem.space().from_host(&reference.to_program(row)))
        .collect();
    let gram = problem.mean_gram(&ClassMean::all(&problem.class_weights()?))?;
    Quantity::ALL
        .into_iter()
        .map(|quantity| {
            let name = quantity.tensor();
            let expected = &reference.tensor(&name)?.values;
            let ours = match quantity {
                Quantity::Logits => vec![problem.evaluate()?.logits],
                Quantity::Gradient => {
                    vec![reference.from_program(&problem.space().to_host(&problem.gradient()?))]
                }
                Quantity::Operator(part) => products(&problem.operator(part), &directions)?
                    .iter()
                    .map(|product| reference.from_program(product))
                    .collect(),
                Quantity::ClassWeights => vec![row_major(&gram.weights)],
                Quantity::ClassMeans => means(reference, &problem, &gram, false)?,
                Quantity::PairMeans => means(reference, &problem, &gram, true)?,
                Quantity::Spectrum(part) => {
                    vec![ascending(&gram.spectrum(part)?.values, reference.dim())]
                }
            };
            let (count, of) = (ours.iter().map(Vec::len).sum::<usize>(), expected.len());
            if count != of {
                return Err(reference.foreign(format!(
                    "its tensor `{name}` has {of} numbers, but there are {count}"
                )));
            }
            let asymmetry = match quantity {
                Quantity::Operator(_) => asymmetry(&reference.directions, expected),
                _ => 0.0,
            };
            let outcome = if asymmetry > ASYMMETRY {
                Outcome::ReferenceAsymmetric(asymmetry)
            } else {
                Outcome::Error(worst(&ours, expected))
            };
            Ok(Comparison { quantity, outcome })
        })
        .collect()
}

fn row_major(weights: &ClassWeights) -> Vec<f64> {
    let classes = weights.classes();
    (0..classes)
        .flat_map(|class| (0..classes).map(move |other| weights.pair(class, other)))
        .collect()
}

/// The eigenvalues of a positive semidefinite matrix in ascending order, zeros put back.
fn ascending(values: &[f64], dim: usize) -> Vec<f64> {
    let mut all = vec![0.0; dim.saturating_sub(values.len())];
    all.extend(values.iter().rev());
    all
}

/// The means g_c or g_cc' row by row, in the reference's order of parameters; those of classes without
/// examples are zero there.
fn means(
    reference: &Reference,
    problem: &Problem,
    gram: &MeanGram,
    of_pairs: bool,
) -> Result<Vec<Vec<f64>>, VerifyError> {
    let classes = 0..reference.classes;
    let all: Vec<ClassMean> = if of_pairs {
        let row = |class| (0..reference.classes).map(move |other| ClassMean::Pair(class, other));
        classes.flat_map(row).collect()
    } else {
        classes.map(ClassMean::Class).collect()
    };
    let there: Vec<ClassMean> = (all.iter().copied())
        .filter(|mean| mean.weight(&gram.weights) > 0.0)
        .collect();
    let mut vectors = problem.class_means(&there)?.into_iter();
    Ok(all
        .iter()
        .map(|mean| match there.contains(mean).then(|| vectors.next()) {
            Some(Some(vector)) => reference.from_program(&problem.space().to_host(&vector)),
            _ => vec![0.0; reference.dim()],
        })
        .collect())
}

pub(crate) fn products(
    operator: &Operator,
    directions: &[Array],
) -> Result<Vec<Vec<f64>>, VerifyError> {
    let products = operator
        .apply(directions)
        .map_err(|error| VerifyError::Operator(error.to_string()))?;
    Ok(products
        .iter()
        .map(|product| operator.space().to_host(product))
        .collect())
}

/// How far the products of a matrix with directions v are from those of a symmetric matrix.
pub(crate) fn asymmetry(directions: &ReferenceTensor, products: &[f64]) -> f64 {
    let dim = directions.shape[1];
    let row = |values: &'_ [f64], i: usize| values[i * dim..(i + 1) * dim].to_vec();
    let form = |i: usize, j: usize| -> f64 {
        let (v, product) = (row(&directions.values, i), row(products, j));
        v.iter().zip(product).map(|(a, b)| a * b).sum()
    };
    let pairs = || (0..directions.shape[0]).flat_map(|i| (0..=i).map(move |j| (i, j)));
    let largest = pairs().map(|(i, j)| form(i, j).abs()).fold(0.0, f64::max);
    pairs()
        .map(|(i, j)| (form(i, j) - form(j, i)).abs())
        .fold(0.0, f64::max)
        / largest
}

/// The largest relative error over the rows; `expected` holds them one after another.
pub(crate) fn worst(ours: &[Vec<f64>], expected: &[f64]) -> f64 {
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    let rows = || expected.chunks(ours[0].len());
    let largest = rows()
        .map(|row| norm(&mut row.iter().copied()))
        .fold(0.0, f64::max);
    ours.iter()
        .zip(rows())
        .map(|(ours, expected)| {
            let difference = norm(&mut ours.iter().zip(expected).map(|(a, b)| a - b));
            let size = norm(&mut expected.iter().copied());
            difference / if size > 0.0 { size } else { largest }
        })
        // A NaN must not pass as a small error.
        .fold(0.0, |worst, error| {
            if error > worst || error.is_nan() {
                error
            } else {
                worst
            }
        })
}
