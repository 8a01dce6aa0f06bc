//! Computing what a reference holds, and how far apart the two are.

use burn::tensor::{Device, TensorData};
use hesscope_hvp::{Examples, Operator, Options, Part, Precision, Problem};
use hesscope_models::BnMode;
use hesscope_spectral::{LinearOperator, VectorSpace};

use crate::network::ReferenceNetwork;
use crate::reference::{Reference, Values, VerifyError};

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// The logits of all examples.
    Logits,
    /// The gradient of the mean loss.
    Gradient,
    /// Products of one operator with the reference's directions.
    Operator(Part),
}

impl Quantity {
    /// Everything that is compared.
    pub const ALL: [Quantity; 5] = [
        Quantity::Logits,
        Quantity::Gradient,
        Quantity::Operator(Part::Hess),
        Quantity::Operator(Part::G),
        Quantity::Operator(Part::H),
    ];

    /// The name of the quantity, for tables.
    pub fn name(self) -> &'static str {
        match self {
            Quantity::Logits => "logits",
            Quantity::Gradient => "gradient",
            Quantity::Operator(part) => part.name(),
        }
    }

    /// The reference's tensor.
    fn tensor(self) -> &'static str {
        match self {
            Quantity::Logits => "logits",
            Quantity::Gradient => "grad",
            Quantity::Operator(Part::Hess) => "hessian.matvec",
            Quantity::Operator(Part::G) => "g.matvec",
            Quantity::Operator(Part::H) => "h.matvec",
        }
    }
}

/// How far a quantity is from the reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Check {
    /// Which.
    pub quantity: Quantity,
    /// What the comparison gave.
    pub outcome: Outcome,
}

/// What a comparison gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// The largest of |ours - reference| / |reference| over the rows compared, in the Euclidean norm.
    Error(f64),
    /// The reference's products cannot be those of a symmetric matrix, as a Hessian and its parts are:
    /// the largest |vᵢ·Mvⱼ - vⱼ·Mvᵢ|, relative to the largest |vᵢ·Mvⱼ|. Nothing was compared.
    ReferenceAsymmetric(f64),
}

/// A symmetric matrix multiplied in float64 is symmetric to rounding, far below this.
const ASYMMETRY: f64 = 1e-9;

impl Reference {
    /// Everything needed to compute with the reference's network on a device.
    ///
    /// The batch of statistics in train mode is the whole of the reference's examples, as it was when
    /// the reference was made.
    ///
    /// # Errors
    ///
    /// When a tensor is missing or the network cannot be captured.
    pub fn problem(&self, precision: Precision, device: &Device) -> Result<Problem, VerifyError> {
        self.problem_with(
            device,
            Options {
                precision,
                ..Options::default()
            },
        )
    }

    /// As [`problem`](Self::problem), with a choice of batch and directions.
    ///
    /// # Errors
    ///
    /// When a tensor is missing or the network cannot be captured.
    pub fn problem_with(&self, device: &Device, options: Options) -> Result<Problem, VerifyError> {
        let network = ReferenceNetwork::new(self, options.precision, device)?;
        let mode = if self.batch_statistics {
            BnMode::Batch
        } else {
            BnMode::Running
        };
        let examples = Examples {
            inputs: TensorData::new(self.inputs.values.clone(), self.inputs.shape.clone()),
            labels: self.labels.clone(),
        };
        let options = if self.batch_statistics {
            Options {
                batch_size: Some(self.labels.len()),
                ..options
            }
        } else {
            options
        };
        Ok(Problem::new(
            &network,
            |network: &ReferenceNetwork, x| network.forward(x, mode),
            examples,
            device,
            options,
        )?)
    }

    /// A vector in the order of the reference, whose linear weights are [out, in], as a vector in the
    /// order of the program, whose linear weights are [in, out].
    pub fn to_program(&self, vector: &[f64]) -> Vec<f64> {
        self.reorder(vector, |rows, columns, row, column| {
            (row * columns + column, column * rows + row)
        })
    }

    /// The inverse of [`to_program`](Self::to_program).
    pub fn from_program(&self, vector: &[f64]) -> Vec<f64> {
        self.reorder(vector, |rows, columns, row, column| {
            (column * rows + row, row * columns + column)
        })
    }

    /// Copies a vector; in each matrix [rows, columns] of the reference, `indices` says from where to
    /// where the element at (row, column) goes.
    fn reorder(
        &self,
        vector: &[f64],
        indices: impl Fn(usize, usize, usize, usize) -> (usize, usize),
    ) -> Vec<f64> {
        let mut reordered = vector.to_vec();
        let mut start = 0;
        for (_, Values { shape, values }) in &self.parameters {
            if let [rows, columns] = shape[..] {
                for row in 0..rows {
                    for column in 0..columns {
                        let (from, to) = indices(rows, columns, row, column);
                        reordered[start + to] = vector[start + from];
                    }
                }
            }
            start += values.len();
        }
        reordered
    }
}

/// Computes everything on a device and compares it with the reference.
///
/// # Errors
///
/// When the reference lacks a tensor, or the device fails.
pub fn verify(
    reference: &Reference,
    precision: Precision,
    device: &Device,
) -> Result<Vec<Check>, VerifyError> {
    let problem = reference.problem(precision, device)?;
    let rows = reference.directions.values.chunks(reference.dim());
    let directions: Vec<_> = rows
        .map(|row| problem.space().from_host(&reference.to_program(row)))
        .collect();
    Quantity::ALL
        .into_iter()
        .map(|quantity| {
            let ours = match quantity {
                Quantity::Logits => vec![problem.evaluate()?.logits],
                Quantity::Gradient => {
                    vec![reference.from_program(&problem.space().to_host(&problem.gradient()?))]
                }
                Quantity::Operator(part) => products(&problem.operator(part), &directions)?
                    .iter()
                    .map(|product| reference.from_program(product))
                    .collect(),
            };
            let expected = &reference.tensor(quantity.tensor())?.values;
            let asymmetry = match quantity {
                Quantity::Operator(_) => asymmetry(&reference.directions, expected),
                Quantity::Logits | Quantity::Gradient => 0.0,
            };
            let outcome = if asymmetry > ASYMMETRY {
                Outcome::ReferenceAsymmetric(asymmetry)
            } else {
                Outcome::Error(worst(&ours, expected))
            };
            Ok(Check { quantity, outcome })
        })
        .collect()
}

fn products(
    operator: &Operator,
    directions: &[hesscope_hvp::Array],
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
fn asymmetry(directions: &Values, products: &[f64]) -> f64 {
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
fn worst(ours: &[Vec<f64>], expected: &[f64]) -> f64 {
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    let length = ours[0].len();
    ours.iter()
        .zip(expected.chunks(length))
        .map(|(ours, expected)| {
            let difference = norm(&mut ours.iter().zip(expected).map(|(a, b)| a - b));
            difference / norm(&mut expected.iter().copied())
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
