//! The leading eigenvalues of one operator, without its spectrum, as a record of the run.

use std::time::Instant;

use hesscope_measure::ObservedOperator;
use hesscope_records::record::{find_or_make, key};
use hesscope_records::{EigenvalueSettings, Eigenvalues, Kept, Precision, Terms};
use hesscope_spectral::{
    Estimation, Extreme, LinearOperator, ThickRestartEstimation, ThickRestartOptions,
};

use super::opened::Opened;
use super::snapshots::{estimate, forget};
use crate::counts::MOST;
use crate::error::StudyError;
use crate::run::require_class;

/// Vectors held between restarts where the memory allows it, or more for many pairs. The more there are, the fewer products
/// are needed; with so many a restart is rare, and a projected matrix of this order takes less than a product.
const WINDOW: usize = 256;

/// Most products where nobody says, or [`PRODUCTS_A_PAIR`] for each pair where these are more.
const PRODUCTS: usize = 1000;
const PRODUCTS_A_PAIR: usize = 100;

/// Which eigenvalues of an operator are wanted, and how well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EigenvalueRequest {
    /// How many.
    pub pairs: usize,
    /// Which.
    pub which: Extreme,
    /// Largest residual of a pair that has converged, as a share of the largest |A v| of a unit vector v; 1e-4 in float32
    /// and 1e-8 in float64 if absent.
    pub tolerance: Option<f64>,
    /// Most products with one vector; 1000 if absent, or 100 for each pair where these are more.
    pub max_products: Option<usize>,
    /// Rounds that look for what one start cannot see, such as copies of a repeated eigenvalue.
    pub check_rounds: usize,
}

impl EigenvalueRequest {
    /// Checks every number by itself.
    ///
    /// # Errors
    ///
    /// The first that is out of its range, by its flag.
    pub fn check(&self) -> Result<(), StudyError> {
        if self.pairs == 0 {
            return Err(StudyError::setting(
                "--top is 0: give at least 1, the number of eigenvalues wanted",
            ));
        }
        if let Some(tolerance) = self.tolerance
            && !(tolerance > 0.0 && tolerance < 1.0)
        {
            return Err(StudyError::setting(format!(
                "--tolerance is {tolerance}: give a number between 0 and 1, such as 1e-6"
            )));
        }
        if self.check_rounds > MOST {
            return Err(StudyError::setting(format!(
                "--check-rounds is {}: give at most {MOST}",
                self.check_rounds
            )));
        }
        if self.max_products == Some(0) {
            return Err(StudyError::setting(
                "--max-products is 0: give more, or leave it out",
            ));
        }
        Ok(())
    }
}

/// The leading eigenvalues of an operator, found in the folder or made.
///
/// Where the products end before every pair has converged, the record says which have not.
///
/// # Errors
///
/// A number out of range, more pairs than there are eigenvalues or than fit the memory, too few products to begin with, what
/// the products fail with, and a folder that cannot be read or written.
pub fn eigenvalues(
    opened: &Opened<'_>,
    operator: Terms,
    request: &EigenvalueRequest,
) -> Result<Kept<Eigenvalues>, StudyError> {
    request.check()?;
    require_class(operator, opened.run().classes())?;
    let run = opened.run().folder();
    let settings = settings(opened, operator, request)?;
    let key = key(&settings);
    let kept = find_or_make(run.root(), settings, |settings| {
        make(opened, settings, &key)
    })?;
    let words = kept.record.settings.words();
    opened.tell_source(format_args!("{words} of {operator}"), &kept);
    forget(run, &key);
    Ok(kept)
}

/// The request with what it leaves open chosen.
fn settings(
    opened: &Opened<'_>,
    operator: Terms,
    request: &EigenvalueRequest,
) -> Result<EigenvalueSettings, StudyError> {
    let subject = opened.subject().clone();
    let pairs = request.pairs;
    let dimension = opened.network().num_parameters();
    if pairs > dimension {
        return Err(StudyError::setting(format!(
            "--top is {pairs}, and the network has {dimension} parameters, which is the number of eigenvalues: give at most \
             {dimension}"
        )));
    }
    let most_products = request
        .max_products
        .unwrap_or(PRODUCTS.max(pairs.saturating_mul(PRODUCTS_A_PAIR)));
    let least = least_window(pairs, dimension);
    // So many begin the estimation, and one a pair forms the residuals.
    if most_products < least + pairs {
        return Err(StudyError::setting(format!(
            "--max-products is {most_products}: {pairs} eigenvalues with their residuals take {} at least, so give more, or \
             ask for fewer with --top",
            least + pairs
        )));
    }
    // Half of the memory is for products.
    let fit = opened.spread_vectors() / 2;
    let Some(window) = window(pairs, dimension, fit) else {
        return Err(StudyError::setting(format!(
            "--top is {pairs}, and the memory holds the vectors for {} eigenvalues: give fewer, or more memory \
             with analysis.memory-mib",
            most_pairs(fit)
        )));
    };
    Ok(EigenvalueSettings {
        operator,
        which: request.which,
        pairs,
        window: window.min(most_products - pairs),
        tolerance: request.tolerance.unwrap_or(match subject.precision {
            Precision::F32 => 1e-4,
            Precision::F64 => 1e-8,
        }),
        max_products: most_products,
        check_rounds: request.check_rounds,
        seed: opened.run().settings().all_seeds().probes,
        subject,
    })
}

/// Fewest vectors from which so many pairs are found.
fn least_window(pairs: usize, dimension: usize) -> usize {
    (pairs + 2).min(dimension)
}

/// Vectors to hold where `fit` fit the memory; none where those are too few. At a restart there are, beside the window,
/// the vectors that begin the next one, `pairs` and half of the others, in two versions.
fn window(pairs: usize, dimension: usize, fit: usize) -> Option<usize> {
    let least = least_window(pairs, dimension);
    let room = fit.saturating_sub(pairs) / 2;
    let wanted = WINDOW.max(2 * pairs).min(dimension);
    (room >= least).then(|| wanted.min(room).max(least))
}

/// Most pairs for which a window fits.
fn most_pairs(fit: usize) -> usize {
    fit.saturating_sub(4) / 3
}

/// Products that the estimation takes, about; more where the eigenvalues wanted do not stand apart.
fn expected_products(settings: &EigenvalueSettings) -> usize {
    (4 * settings.pairs + 20).min(settings.max_products)
}

fn make(
    opened: &Opened<'_>,
    settings: EigenvalueSettings,
    key: &str,
) -> Result<Eigenvalues, StudyError> {
    let start = Instant::now();
    let operator = opened.problem()?.operator(settings.operator);
    match opened.spread()? {
        None => estimated(opened, settings, key, &operator, start),
        Some(space) => {
            let operator = opened.in_pieces(operator, space)?;
            estimated(opened, settings, key, &operator, start)
        }
    }
}

fn estimated<O: LinearOperator>(
    opened: &Opened<'_>,
    settings: EigenvalueSettings,
    key: &str,
    operator: &O,
    start: Instant,
) -> Result<Eigenvalues, StudyError> {
    let observer = opened.observer();
    let what = format!("eigenvalues of {}", settings.operator);
    let operator = ObservedOperator::begin(operator, observer, &what, expected_products(&settings));
    let options = ThickRestartOptions {
        pairs: settings.pairs,
        which: settings.which,
        window: settings.window,
        tolerance: settings.tolerance,
        // The estimation counts those for the residuals apart.
        max_products: settings.max_products - settings.pairs,
        check_rounds: settings.check_rounds,
        seed: settings.seed,
    };
    let found = estimate(opened.run(), key, observer, |keeper| {
        ThickRestartEstimation::begin(&operator, &options)?.run_kept(
            &operator,
            "eigenpairs",
            keeper,
        )
    })
    .map_err(|error| opened.explain(error))?;
    Ok(Eigenvalues {
        origin: opened.origin(&settings, start),
        settings,
        dimension: opened.network().num_parameters(),
        examples: opened.problem()?.examples(),
        values: found.pairs.values,
        residuals: found.pairs.residuals,
        converged: found.pair_converged,
        norm: found.norm,
        products: found.products,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_as_large_as_the_memory_allows() {
        assert_eq!(window(10, 5714, 100_000), Some(WINDOW));
        assert_eq!(window(300, 5714, 100_000), Some(600));
        assert_eq!(window(10, 40, 100_000), Some(40));
        assert_eq!(window(10, 5714, 57), Some(23));
        assert_eq!(window(1, 1, 3), Some(1));
        for fit in 0..200 {
            let most = most_pairs(fit);
            assert!(most == 0 || window(most, 5714, fit).is_some(), "{fit}");
            assert_eq!(window(most + 1, 5714, fit), None, "{fit}");
        }
    }
}
