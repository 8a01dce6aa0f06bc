//! Data that are read in every pass: what stays the same is used, what changes is refused.

mod common;

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::nn::{Embedding, EmbeddingConfig};
use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use common::networks::{Mlp, Network};
use common::{Numbers, close, exact, examples, filled, gradient, problem, products};
use hesscope_hvp::{
    Examples, HvpError, Part, Precision, Problem, ProblemOptions, Samples, Source, SourceError,
    Targets,
};
use hesscope_spectral::{LinearOperator, SpectralError, VectorSpace, to_dense};

const LABELS: [u32; 6] = [0, 1, 2, 1, 0, 2];
const BATCH: usize = 2;

/// What a source does to its examples.
#[derive(Clone, Copy, PartialEq)]
enum Change {
    Nothing,
    /// Another order in each pass.
    Shuffle,
    /// Inputs that are a little off in each pass.
    Augment,
    /// Other labels in each pass.
    Relabel,
    /// Other rows that count in each pass.
    Mark,
    /// The same numbers as images of another shape.
    Reshape,
    /// The same bytes as numbers of another type.
    Retype,
    /// The source breaks.
    Fail,
}

/// Examples that stay what they are in the passes before `from`, counted from zero, and change then.
struct Changing {
    examples: Examples,
    change: Change,
    from: usize,
    /// How often the first batch was read; the first time is before the first pass, for its shape.
    reads: AtomicUsize,
}

impl Changing {
    fn new(change: Change, from: usize) -> Self {
        Changing {
            examples: examples::<Mlp>(&LABELS, 77),
            change,
            from,
            reads: AtomicUsize::new(0),
        }
    }

    fn pass(&self, range: &Range<usize>) -> usize {
        if range.start == 0 && range.len() == BATCH {
            self.reads.fetch_add(1, Ordering::SeqCst)
        } else {
            self.reads.load(Ordering::SeqCst).saturating_sub(1)
        }
    }
}

impl Source for Changing {
    fn len(&self) -> usize {
        self.examples.len()
    }

    fn batch(&self, range: Range<usize>) -> Result<Samples, SourceError> {
        let pass = self.pass(&range);
        let changed = pass >= self.from;
        let range = match self.change {
            // The other way round every second time.
            Change::Shuffle if changed && pass % 2 == 1 => {
                self.len() - range.end..self.len() - range.start
            }
            Change::Fail if changed => return Err("the disk is gone".into()),
            _ => range,
        };
        let mut samples = self.examples.batch(range)?;
        if !changed {
            return Ok(samples);
        }
        match self.change {
            Change::Augment => {
                let shape = samples.inputs.shape().to_vec();
                let mut values: Vec<f64> = samples.inputs.iter::<f64>().collect();
                values[0] += 1e-9 * pass as f64;
                samples.inputs = TensorData::new(values, shape);
            }
            Change::Relabel => {
                if let Targets::Classes(labels) = &mut samples.targets {
                    labels[0] = (labels[0] + pass as u32) % 3;
                }
            }
            Change::Reshape if pass > 0 => {
                let values: Vec<f64> = samples.inputs.iter::<f64>().collect();
                samples.inputs = TensorData::new(values, [BATCH, 2, 1, 2]);
            }
            Change::Retype if pass > 0 => {
                let (bytes, shape) = (samples.inputs.as_bytes().to_vec(), [BATCH, 1, 2, 2]);
                samples.inputs = TensorData::from_bytes_vec(bytes, shape, DType::I64);
            }
            Change::Mark => samples.counted = Some(vec![pass.is_multiple_of(2), true]),
            _ => {}
        }
        Ok(samples)
    }
}

fn options() -> ProblemOptions {
    ProblemOptions {
        batch_size: Some(BATCH),
        ..exact()
    }
}

fn of(source: impl Source + 'static) -> Result<Problem, HvpError> {
    Problem::new(
        &filled(Mlp::new(), 8, Precision::F64),
        |network: &Mlp, x| network.forward(x),
        source,
        &Device::flex(),
        options(),
    )
}

fn changing(change: Change, from: usize) -> Problem {
    of(Changing::new(change, from)).expect("the first pass says nothing of later ones")
}

#[test]
fn a_source_is_as_good_as_memory() {
    let read = changing(Change::Nothing, 0);
    let held = problem::<Mlp>(&LABELS, 8, options());
    read.check_determinism().expect("nothing changes");
    let vectors = [Numbers(1).vector(read.space().dim())];
    assert_eq!(gradient(&read), gradient(&held));
    for part in Part::ALL {
        assert_eq!(
            products(&read, part, &vectors),
            products(&held, part, &vectors)
        );
    }
    let [read, held] = [&read, &held].map(|problem| problem.evaluate().expect("a pass"));
    assert_eq!((read.loss, read.accuracy), (held.loss, held.accuracy));
}

fn changed(error: &HvpError) -> Option<(usize, usize)> {
    match error {
        HvpError::DataChanged { start, end } => Some((*start, *end)),
        _ => None,
    }
}

#[test]
fn data_that_change_in_every_pass_are_refused() {
    for change in [
        Change::Shuffle,
        Change::Augment,
        Change::Relabel,
        Change::Mark,
        Change::Reshape,
        Change::Retype,
    ] {
        let problem = changing(change, 0);
        let error = problem
            .check_determinism()
            .expect_err("another pass, other data");
        assert_eq!(changed(&error), Some((0, BATCH)), "{error}");
        let error = error.to_string();
        for words in ["examples 0 to 2", "shuffled or augmented", "same order"] {
            assert!(error.contains(words), "{error}");
        }
    }
}

#[test]
fn data_that_change_later_are_refused_then() {
    // The passes: the first, two products of the check, and then one.
    for (passes, change) in [
        (3, Change::Augment),
        (3, Change::Shuffle),
        (2, Change::Augment),
    ] {
        let read = |problem: &Problem, what: usize| match what {
            0 => problem.gradient().map(drop),
            1 => problem.evaluate().map(drop),
            _ => problem.check_determinism(),
        };
        for what in 0..3 {
            let problem = changing(change, passes);
            let checked = problem.check_determinism();
            if passes == 2 {
                let error = checked.expect_err("the second product reads other data");
                assert!(changed(&error).is_some(), "{error}");
                continue;
            }
            checked.expect("nothing has changed yet");
            let error = read(&problem, what).expect_err("another pass, other data");
            assert!(changed(&error).is_some(), "{error}");
        }
    }
}

#[test]
fn products_say_that_the_data_changed() {
    let problem = changing(Change::Augment, 3);
    problem
        .check_determinism()
        .expect("nothing has changed yet");
    let space = problem.space();
    for part in Part::ALL {
        let error = problem
            .operator(part)
            .apply(&[space.zeros()])
            .expect_err("other data");
        let cause = std::error::Error::source(&error).expect("a cause");
        assert!(cause.to_string().contains("same order"), "{cause}");
    }
    let error = to_dense(&problem.operator(Part::G), 2).expect_err("other data");
    assert!(matches!(error, SpectralError::Operator(_)), "{error}");
}

#[test]
fn a_source_that_fails_is_quoted() {
    let error = of(Changing::new(Change::Fail, 0)).err().expect("no data");
    assert!(matches!(error, HvpError::Source(_)), "{error}");
    assert!(error.to_string().contains("the disk is gone"), "{error}");
    let problem = changing(Change::Fail, 1);
    let error = problem.gradient().expect_err("no data");
    assert!(error.to_string().contains("the disk is gone"), "{error}");
}

/// The second batch is another shape than the first.
struct Ragged(Examples);

impl Source for Ragged {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn batch(&self, range: Range<usize>) -> Result<Samples, SourceError> {
        let start = range.start;
        let mut samples = self.0.batch(range)?;
        if start == BATCH {
            let values: Vec<f64> = samples.inputs.iter::<f64>().collect();
            samples.inputs = TensorData::new(values, [BATCH, 2, 1, 2]);
        }
        Ok(samples)
    }
}

#[test]
fn a_batch_of_another_shape_is_refused() {
    let error = of(Ragged(examples::<Mlp>(&LABELS, 77)))
        .err()
        .expect("a shape");
    assert!(matches!(error, HvpError::Input(_)), "{error}");
    let error = error.to_string();
    for words in ["examples 2 to 4", "[2, 2, 1, 2]", "[2, 1, 2, 2]"] {
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn parts_of_samples_are_the_samples() {
    let inputs = TensorData::new((0..12).map(f64::from).collect(), [3, 2, 2]);
    let values = TensorData::new((0..18).map(|i| i as f32).collect(), [6, 3]);
    let whole = Samples {
        inputs,
        targets: Targets::Values(values),
        counted: Some(vec![true, false, true, true, false, false]),
    };
    assert!(!whole.is_empty() && whole.len() == 3);
    let part = whole.batch(1..3).expect("a part");
    assert_eq!(part.inputs.shape().to_vec(), [2, 2, 2]);
    let numbers: Vec<f64> = part.inputs.iter::<f64>().collect();
    close(
        &numbers,
        &[4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0],
        0.0,
        "inputs",
    );
    let Targets::Values(values) = &part.targets else {
        panic!("values stay values")
    };
    assert_eq!(values.shape().to_vec(), [4, 3]);
    let numbers: Vec<f64> = values.iter::<f64>().collect();
    let expected: Vec<f64> = (6..18).map(f64::from).collect();
    close(&numbers, &expected, 0.0, "targets");
    assert_eq!(part.counted, Some(vec![true, true, false, false]));

    let labelled = Samples {
        targets: Targets::Classes(vec![5, 4, 3, 2, 1, 0]),
        counted: None,
        ..whole
    };
    let part = labelled.batch(1..2).expect("a part");
    let Targets::Classes(labels) = part.targets else {
        panic!("classes stay classes")
    };
    assert_eq!(labels, [3, 2]);
}

#[test]
fn tokens_beyond_the_vocabulary_are_refused() {
    let network = EmbeddingConfig::new(5, 3).init(&Device::flex());
    let forward =
        |network: &Embedding, x: Tensor<2, Int>| network.forward(x).sum_dim(1).reshape([-1, 3]);
    let open = |tokens: [i64; 4]| {
        let inputs = TensorData::new(tokens.to_vec(), [2, 2]);
        Problem::cross_entropy(&network, forward, inputs, vec![0, 1])
    };
    open([0, 4, 3, 1]).expect("tokens of the vocabulary");
    for (token, tokens) in [(5, [0, 4, 5, 1]), (-1, [0, -1, 3, 1])] {
        let error = open(tokens).err().expect("a refusal").to_string();
        let expected = format!(
            "the data have the integer {token}, which is looked up in a table of 5: give integers from 0 to 4"
        );
        assert_eq!(error, expected);
    }
}
