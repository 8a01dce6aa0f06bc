//! From a problem a rank to one problem of all ranks.

use std::fmt::Display;

use hesscope_ranks::{Member, RankError, Ranks, Remote};
use serde::{Deserialize, Serialize};

use super::call::{Asked, Call, hear};
use super::company::Company;
use super::definition::Problem;
use crate::array::Array;
use crate::error::HvpError;

/// What a rank says of its share.
#[derive(Serialize, Deserialize)]
struct Said {
    dim: usize,
    classes: usize,
    labelled: bool,
    examples: usize,
    rows: usize,
    counted: usize,
    directions: usize,
}

impl Problem {
    /// One problem out of those that the ranks have made of their [shares](super::Share), of one network at one point: from now
    /// on losses, gradients and products are those of all examples, and every rank must ask for the same in the same order.
    /// Where rank 0 has a `remote`, it alone asks, and the others answer as its [members](Member). A rank that has failed to
    /// make its own says so here.
    ///
    /// Sums over ranks are taken in their order and in float64, so that as many ranks give the same bits; another number of
    /// ranks changes results by rounding.
    ///
    /// # Errors
    ///
    /// The error of this rank or of another, and shares that are not of one network.
    pub fn join_ranks<E: Display + From<RankError> + From<HvpError>>(
        made: Result<Problem, E>,
        ranks: Ranks,
        remote: Option<Remote>,
    ) -> Result<Problem, E> {
        let mut problem = ranks.agree(made)?;
        let batches = &problem.batches;
        let said = Said {
            dim: problem.programs[0].dim(),
            classes: problem.classes(),
            labelled: !batches.labels.is_empty(),
            examples: batches.examples(),
            rows: batches.rows(),
            counted: batches.counted,
            directions: problem.plan.directions,
        };
        let bytes = serde_json::to_vec(&said).expect("numbers are written");
        let all: Vec<Said> = ranks
            .gather(&bytes)
            .iter()
            .map(|bytes| serde_json::from_slice(bytes).expect("all ranks run one version"))
            .collect();
        let alike = |other: &Said| {
            (other.dim, other.classes, other.labelled) == (said.dim, said.classes, said.labelled)
        };
        if !all.iter().all(alike) {
            return Err(HvpError::Input(
                "the ranks have made problems of different networks or losses: give all of them the same".into(),
            )
            .into());
        }
        problem.batches.counted = all.iter().map(|said| said.counted).sum();
        let directions = all.iter().map(|said| said.directions);
        problem.plan.directions = directions.min().unwrap_or(1);
        problem.company = Some(Company {
            first_row: all[..ranks.rank()].iter().map(|said| said.rows).sum(),
            examples: all.iter().map(|said| said.examples).sum(),
            ranks,
            remote,
        });
        Ok(problem)
    }
}

impl Member for Problem {
    fn answer(&mut self, message: &[u8]) {
        let Some(ranks) = self.ranks().cloned() else {
            return;
        };
        let Asked {
            call,
            directions,
            numbers,
        } = hear(message, &ranks, &self.space);
        // What fails has been agreed on with the leader, to whom what is found belongs.
        let _ = self.take_part(call, directions, &numbers);
    }
}

impl Problem {
    fn take_part(
        &mut self,
        call: Call,
        directions: Option<Array>,
        numbers: &[f64],
    ) -> Result<(), HvpError> {
        match (call, directions) {
            (Call::Products(terms), Some(directions)) => {
                self.products_here(terms, &directions)?;
            }
            (Call::Moment(moment), Some(directions)) => {
                self.moment_here(moment, numbers, &directions)?;
            }
            (Call::MoveTo, Some(point)) => self.move_here(&point.rows().swap_remove(0)),
            (Call::ClassSums, directions) => drop(self.class_sums_here(directions.as_ref())?),
            (Call::ClassCombination, _) => {
                self.class_combination_here(&self.tables_of(numbers))?;
            }
            (Call::Gradient, _) => drop(self.gradient_here()?),
            (Call::Evaluate, _) => drop(self.evaluate_here()?),
            (Call::GradientNorms, _) => drop(self.gradient_norms_here()?),
            (Call::RowGradients, _) => drop(self.row_gradients_here()?),
            (Call::Products(_) | Call::Moment(_) | Call::MoveTo, None) => {}
        }
        Ok(())
    }
}
