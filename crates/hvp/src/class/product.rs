//! Products with sums of parts that take G apart.

use faer::Mat;

use super::coefficients::coefficients;
use crate::array::Array;
use crate::error::HvpError;
use crate::problem::{Call, Problem};
use hesscope_records::{Part, Terms};

impl Problem {
    /// The products of any sum of parts but weight decay with the directions [K, p].
    pub(crate) fn products_of(
        &self,
        terms: Terms,
        directions: &Array,
    ) -> Result<Vec<Array>, HvpError> {
        self.lead(Call::Products(terms), Some(directions), &[])?;
        self.products_here(terms, directions)
    }

    /// The same, in which all ranks take part.
    pub(crate) fn products_here(
        &self,
        terms: Terms,
        directions: &Array,
    ) -> Result<Vec<Array>, HvpError> {
        if terms.splits_g() {
            self.class_product(terms, directions)
        } else {
            self.product(terms, directions)
        }
    }

    /// The products of a sum of parts with the directions [K, p]: one pass for the sums over
    /// the examples of each class, one to pull what they give.
    fn class_product(&self, terms: Terms, directions: &Array) -> Result<Vec<Array>, HvpError> {
        if let Some(class) = terms
            .class()
            .filter(|&class| class as usize >= self.classes())
        {
            return Err(HvpError::Input(format!(
                "there is no class {class} for {terms}: the network tells {} classes apart, counted from 0",
                self.classes()
            )));
        }
        let sums = self.class_sums_here(Some(directions))?;
        let table: Vec<Mat<f64>> = sums
            .sums
            .iter()
            .map(|sums_of| coefficients(terms, sums_of, &sums.weights))
            .collect();
        let own = terms.contains(Part::B2);
        let second_order = terms.contains(Part::H);
        if !own && !second_order {
            return self.class_combination_here(&table);
        }
        let table = self.class_table(&table);
        let tangents = self.split(directions);
        self.vectors_over_batches(directions.shape()[0], move |batch| {
            let program = self.program_of(batch);
            let tape = self.run(batch);
            let logits = program.logits(&tape);
            let probabilities = self.probabilities(&logits);
            let mut pushed = program.push(&tape, &tangents, second_order);
            let one_hot = self.one_hot(batch);
            let mut factors = one_hot.unsqueeze().matmul(&table);
            if let Some(u) = pushed[program.output].as_ref().filter(|_| own) {
                // The rows that count: those of the class, or those that have one.
                let counts = match terms.class() {
                    Some(class) => one_hot.slice(1, class as usize, class as usize + 1),
                    None => one_hot.sum_dim(1),
                };
                let mean = u.mul(&probabilities).sum_dim(2);
                let alpha = u.sub(&mean).scale(1.0 / self.counted_rows() as f64);
                factors = factors.plus(alpha.mul(&counts.unsqueeze()));
            }
            let cotangent = super::map::centred(&factors, &probabilities);
            let seed = if second_order {
                Some(self.loss(logits, batch).gradient)
            } else {
                pushed = vec![None; program.shapes.len()];
                None
            };
            Ok(program
                .pull(tape, pushed, seed, Some(cotangent), false)
                .tangent)
        })
    }
}
