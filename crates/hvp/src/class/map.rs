//! The class map M and its transpose.

use faer::Mat;

use super::weights::ClassWeights;
use crate::array::Array;
use crate::error::HvpError;
use crate::loss::softmax_of_row;
use crate::problem::{Batch, Call, Problem};

/// C × C sums for each direction, and the weights of the same pass.
pub(crate) struct ClassSums {
    /// M v for each direction v.
    pub sums: Vec<Mat<f64>>,
    /// P.
    pub weights: ClassWeights,
}

impl Problem {
    /// P_cc' for all pairs of classes, by one pass over the data.
    ///
    /// # Errors
    ///
    /// When the loss knows no classes, or the device fails.
    pub fn class_weights(&self) -> Result<ClassWeights, HvpError> {
        Ok(self.class_sums(None)?.weights)
    }

    /// M v for each of the directions [K, p], by one pass over the data. Sums are float64.
    pub(super) fn class_sums(&self, directions: Option<&Array>) -> Result<ClassSums, HvpError> {
        self.lead(Call::ClassSums, directions, &[])?;
        self.class_sums_here(directions)
    }

    /// The same, in which all ranks take part.
    pub(crate) fn class_sums_here(
        &self,
        directions: Option<&Array>,
    ) -> Result<ClassSums, HvpError> {
        self.require_classes()?;
        let classes = self.classes();
        let count = directions.map_or(0, |directions| directions.shape()[0]);
        let tangents = directions.map(|directions| self.split(directions));
        let zeros = || vec![Mat::<f64>::zeros(classes, classes); count + 1];
        // The weights are the last of the sums.
        let sums = self.fold_over_batches(
            zeros(),
            |batch| {
                let program = self.program_of(batch);
                let tape = self.run(batch);
                let logits = program.logits(&tape).to_f64()?;
                let probabilities: Vec<f64> =
                    logits.chunks(classes).flat_map(softmax_of_row).collect();
                let pushed = match &tangents {
                    Some(tangents) => program.push(&tape, tangents, false)[program.output].take(),
                    None => None,
                };
                let pushed = match pushed {
                    Some(pushed) => pushed.to_f64()?,
                    None => vec![0.0; count * probabilities.len()],
                };
                let mut sums = zeros();
                for (row, (label, p)) in self
                    .classes_of(batch)
                    .zip(probabilities.chunks(classes))
                    .enumerate()
                {
                    let Some(class) = label else { continue };
                    for (direction, sums) in sums[..count].iter_mut().enumerate() {
                        let start = direction * probabilities.len() + row * classes;
                        let u = &pushed[start..start + classes];
                        let mean: f64 = p.iter().zip(u).map(|(p, u)| p * u).sum();
                        for (other, (p, u)) in p.iter().zip(u).enumerate() {
                            sums[(class, other)] += p * (u - mean);
                        }
                    }
                    for (other, p) in p.iter().enumerate() {
                        sums[count][(class, other)] += p;
                    }
                }
                Ok(sums)
            },
            |total, sums: Vec<Mat<f64>>| {
                for (total, sums) in total.iter_mut().zip(&sums) {
                    *total += sums;
                }
            },
        );
        let numbers = sums.map(|sums| sums.iter().flat_map(entries).collect());
        let mut sums = self.tables_of(&self.sum_numbers(numbers)?);
        let weights = sums.pop().expect("the weights are always there");
        Ok(ClassSums {
            sums,
            weights: ClassWeights::new(weights, self.counted_rows()),
        })
    }

    /// Mᵀ of each of the C × C coefficients, Σ_cc' a_cc' Σ_{i in c} w_ic' g_ic', as K vectors, by
    /// one pass over the batches with an example of a class whose coefficients are not all zero.
    pub(super) fn class_combination(
        &self,
        coefficients: &[Mat<f64>],
    ) -> Result<Vec<Array>, HvpError> {
        let numbers: Vec<f64> = coefficients.iter().flat_map(entries).collect();
        self.lead(Call::ClassCombination, None, &numbers)?;
        self.class_combination_here(coefficients)
    }

    /// The same, in which all ranks take part.
    pub(crate) fn class_combination_here(
        &self,
        coefficients: &[Mat<f64>],
    ) -> Result<Vec<Array>, HvpError> {
        self.require_classes()?;
        let classes = self.classes();
        let counts = |class: usize| {
            let mut entries = coefficients
                .iter()
                .flat_map(|a| (0..classes).map(move |other| a[(class, other)]));
            entries.any(|a| a != 0.0)
        };
        let counting: Vec<bool> = (0..classes).map(counts).collect();
        let table = self.class_table(coefficients);
        self.vectors_over_batches(coefficients.len(), move |batch| {
            if !self
                .classes_of(batch)
                .flatten()
                .any(|class| counting[class])
            {
                return Ok(vec![None; self.parameters().len()]);
            }
            let program = self.program_of(batch);
            let tape = self.run(batch);
            let probabilities = self.probabilities(&program.logits(&tape));
            let factors = self.one_hot(batch).unsqueeze().matmul(&table);
            let cotangent = centred(&factors, &probabilities);
            let tangents = vec![None; program.shapes.len()];
            Ok(program
                .pull(tape, tangents, None, Some(cotangent), false)
                .tangent)
        })
    }

    /// C × C tables from their entries, row by row.
    pub(crate) fn tables_of(&self, entries: &[f64]) -> Vec<Mat<f64>> {
        let classes = self.classes();
        let table = |entries: &[f64]| {
            Mat::from_fn(classes, classes, |row, column| {
                entries[row * classes + column]
            })
        };
        entries.chunks(classes * classes).map(table).collect()
    }

    /// C × C coefficients on the device, [K, C, C].
    pub(super) fn class_table(&self, coefficients: &[Mat<f64>]) -> Array {
        let classes = self.classes();
        let values = coefficients.iter().flat_map(entries).collect();
        let shape = [coefficients.len(), classes, classes];
        Array::from_vec(
            values,
            &shape,
            self.space().precision(),
            self.space().device(),
        )
    }

    /// The one-hot classes of a batch, [rows, C]; a row without a class is zero.
    pub(super) fn one_hot(&self, batch: &Batch) -> Array {
        let classes = self.classes();
        let rows: Vec<Option<usize>> = self.classes_of(batch).collect();
        let mut values = vec![0.0; rows.len() * classes];
        for (row, class) in rows.iter().enumerate() {
            if let Some(class) = class {
                values[row * classes + class] = 1.0;
            }
        }
        let shape = [rows.len(), classes];
        Array::from_vec(
            values,
            &shape,
            self.space().precision(),
            self.space().device(),
        )
    }
}

/// The entries of a table, row by row.
fn entries(table: &Mat<f64>) -> impl Iterator<Item = f64> {
    let columns = table.ncols();
    (0..table.nrows()).flat_map(move |row| (0..columns).map(move |column| table[(row, column)]))
}

/// Cotangents at the logits [K, n, C] of Σ_c' k_ic' g_ic' with k = p · factors: k - (Σ k) p.
pub(super) fn centred(factors: &Array, probabilities: &Array) -> Array {
    let k = factors.mul(probabilities);
    let total = k.sum_dim(2).mul(probabilities);
    k.sub(&total)
}
