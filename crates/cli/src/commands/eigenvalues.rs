//! `hesscope eigenvalues`: leading eigenvalues of a run, without its spectra.

use clap::ValueEnum;
use hesscope_records::{Split, Terms};
use hesscope_report::plain;
use hesscope_spectral::Extreme;
use hesscope_study::measure::{EigenvalueRequest, Opened};
use hesscope_study::run::require_class;

use crate::failure::Failure;
use crate::options::StoredRunOptions;
use crate::output::Terminal;

/// When to use it, and what its numbers say, as `--help` prints it.
const WHEN: &str = "\
For leading eigenvalues alone this takes a fraction of the products of `hesscope spectrum`, which also gives the density and
counts the outliers. It is thick-restart Lanczos, the like of ARPACK behind SciPy's `eigsh`.

An eigenvalue of the operator lies within its residual of each value that is printed, and mostly much nearer. That none is
missing is not certified: copies of a repeated eigenvalue show by rounding alone, unless --check-rounds 1 looks for them.";

/// Which eigenvalues of which run.
#[derive(Debug, clap::Args)]
#[command(after_help = WHEN)]
pub struct EigenvaluesOptions {
    #[command(flatten)]
    run: StoredRunOptions,
    /// Parts of the Hessian, separated by commas, each as of `hesscope spectrum`
    #[arg(long, value_name = "NAMES", default_value = "hess")]
    operators: Vec<Terms>,
    /// Examples the loss is the mean over: train, test or both, separated by commas
    #[arg(long, value_name = "SPLITS", default_value = "train")]
    splits: Vec<Split>,
    /// Epochs of the checkpoints, separated by commas [default: the last]
    #[arg(long, value_name = "EPOCHS")]
    epochs: Option<Vec<usize>>,
    /// Number of eigenvalues
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// Which eigenvalues
    #[arg(long, value_enum, default_value_t = Which::Magnitude)]
    which: Which,
    /// Largest residual, as a share of the largest modulus of an eigenvalue [default: 1e-4 in f32, 1e-8 in f64]
    #[arg(long, value_name = "SHARE")]
    tolerance: Option<f64>,
    /// Most products with one vector for each operator, split and epoch, and for each end; what has not converged then is
    /// marked [default: 1000, or 100 for each eigenvalue where these are more]
    #[arg(long, value_name = "N")]
    max_products: Option<usize>,
    /// Rounds that look for eigenvalues that one start does not see, such as copies of a repeated one; each takes a few dozen
    /// products
    #[arg(long, value_name = "N", default_value_t = 0)]
    check_rounds: usize,
}

/// Which eigenvalues are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// Those of largest modulus
    Magnitude,
    /// The largest, with their sign
    Largest,
    /// The smallest, with their sign
    Smallest,
    /// As many of the largest and as many of the smallest
    Both,
}

impl Which {
    /// The ends of the spectrum that are asked for, each by itself.
    fn ends(self) -> &'static [Extreme] {
        match self {
            Which::Magnitude => &[Extreme::LargestMagnitude],
            Which::Largest => &[Extreme::LargestAlgebraic],
            Which::Smallest => &[Extreme::SmallestAlgebraic],
            Which::Both => &[Extreme::LargestAlgebraic, Extreme::SmallestAlgebraic],
        }
    }
}

impl EigenvaluesOptions {
    /// What is asked for of each operator at one end.
    fn request(&self, which: Extreme) -> EigenvalueRequest {
        EigenvalueRequest {
            pairs: self.top,
            which,
            tolerance: self.tolerance,
            max_products: self.max_products,
            check_rounds: self.check_rounds,
        }
    }
}

/// Finds the eigenvalues, or makes them, and prints a table of each operator at each end.
pub fn run(options: &EigenvaluesOptions) -> Result<(), Failure> {
    let terminal = Terminal::new();
    for &end in options.which.ends() {
        options.request(end).check()?;
    }
    let run = options.run.open(&terminal)?;
    for &operator in &options.operators {
        require_class(operator, run.classes())?;
    }
    let last = vec![run.settings().train.epochs];
    for epoch in distinct(options.epochs.as_ref().unwrap_or(&last)) {
        for split in distinct(&options.splits) {
            let opened = Opened::new(&run, epoch, split, &terminal)?;
            for operator in distinct(&options.operators) {
                for &end in options.which.ends() {
                    let kept = opened.eigenvalues(operator, &options.request(end))?;
                    terminal.found(plain::eigenvalues(&kept.record), &kept.path);
                }
            }
        }
    }
    Ok(())
}

/// Values in their order, each once.
fn distinct<T: Copy + PartialEq>(values: &[T]) -> Vec<T> {
    let mut distinct = Vec::new();
    for &value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}
