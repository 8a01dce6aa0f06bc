//! The data set, cut into mini-batches that are read again in every pass and compared with the first.

use std::hash::{Hash, Hasher};
use std::ops::Range;

use burn::tensor::{Device, TensorData};
use twox_hash::XxHash3_64;

use super::indices::Lookups;
use super::source::{Samples, Source};
use crate::array::Array;
use crate::error::HvpError;
use crate::loss::{Objective, Targets};
use crate::precision::{Precision, PrecisionExt};
use crate::program::Program;

/// One batch.
pub(crate) struct Batch {
    /// Which of the problem's programs it is for.
    pub program: usize,
    /// Its rows among those of the data set.
    pub rows: Range<usize>,
    /// The inputs, [n, …], on the device.
    pub inputs: Array,
    /// The targets, [rows, C].
    pub targets: TensorData,
    /// One over the number of rows of the data set that count for a row that does, zero for others:
    /// [rows, 1].
    pub weights: TensorData,
}

impl Batch {
    /// Whether each row counts.
    pub fn counted(&self) -> impl Iterator<Item = bool> {
        self.weights.iter::<f64>().map(|weight| weight > 0.0)
    }
}

/// Where a batch lies, and what it was in the first pass.
struct Cut {
    program: usize,
    examples: Range<usize>,
    hash: u64,
}

/// A source cut into batches.
pub(super) struct Batches {
    source: Box<dyn Source>,
    cuts: Vec<Cut>,
    objective: Objective,
    precision: Precision,
    /// Whether the network takes integers.
    integers: bool,
    classes: usize,
    /// Rows of logits an example, m.
    rows_each: usize,
    /// Rows that count.
    pub counted: usize,
    /// The class of every row, none where the targets are not classes.
    pub labels: Vec<u32>,
}

impl Batches {
    /// The first pass: reads everything once and checks that it fits the programs, of which the second
    /// is for a last batch that is smaller.
    pub fn first_pass(
        source: Box<dyn Source>,
        programs: &[Program],
        objective: Objective,
        precision: Precision,
        integers: bool,
    ) -> Result<Self, HvpError> {
        let size = programs[0].batch();
        let count = source.len();
        let mut batches = Batches {
            source,
            cuts: Vec::new(),
            objective,
            precision,
            integers,
            classes: programs[0].classes(),
            rows_each: programs[0].rows() / size,
            counted: 0,
            labels: Vec::new(),
        };
        let lookups = integers.then(|| Lookups::of(programs));
        for start in (0..count).step_by(size) {
            let examples = start..(start + size).min(count);
            let samples = batches.read(&examples)?;
            let program = usize::from(examples.len() != size);
            batches.check(&samples, &examples, programs[program].input_shape())?;
            if let Some(lookups) = &lookups {
                lookups.check(program, &samples.inputs)?;
            }
            let counted = counted(&samples);
            // Refuses targets that the loss does not take.
            samples
                .targets
                .dense(objective.loss, batches.classes, &counted)?;
            batches.counted += counted.iter().filter(|&&counted| counted).count();
            if let Targets::Classes(labels) = &samples.targets {
                batches.labels.extend(labels);
            }
            batches.cuts.push(Cut {
                program,
                examples,
                hash: hash(&samples),
            });
        }
        if batches.counted == 0 {
            return Err(HvpError::Input(
                "no row of the data set counts, so that there is no mean over those that do: give at \
                 least one that is not ignored"
                    .into(),
            ));
        }
        Ok(batches)
    }

    /// The number of batches.
    pub fn len(&self) -> usize {
        self.cuts.len()
    }

    /// The number of examples.
    pub fn examples(&self) -> usize {
        self.cuts.iter().map(|cut| cut.examples.len()).sum()
    }

    /// The number of rows of logits.
    pub fn rows(&self) -> usize {
        self.examples() * self.rows_each
    }

    /// Reads a batch again, with its inputs for this device.
    ///
    /// # Errors
    ///
    /// When the source fails, or gives other data than in the first pass.
    pub fn load(&self, index: usize, device: &Device) -> Result<Batch, HvpError> {
        let cut = &self.cuts[index];
        let samples = self.read(&cut.examples)?;
        if hash(&samples) != cut.hash {
            return Err(HvpError::DataChanged {
                start: cut.examples.start,
                end: cut.examples.end,
            });
        }
        let counted = counted(&samples);
        let targets = samples
            .targets
            .dense(self.objective.loss, self.classes, &counted)?;
        let weight = 1.0 / self.counted as f64;
        let weights: Vec<f64> = counted
            .iter()
            .map(|&counted| if counted { weight } else { 0.0 })
            .collect();
        let data = |values: Vec<f64>, columns: usize| {
            TensorData::new(values, [counted.len(), columns]).convert_dtype(self.precision.dtype())
        };
        let place = if self.integers {
            Array::of_any_kind
        } else {
            Array::from_data
        };
        Ok(Batch {
            program: cut.program,
            rows: cut.examples.start * self.rows_each..cut.examples.end * self.rows_each,
            inputs: place(samples.inputs, self.precision, device),
            targets: data(targets, self.classes),
            weights: data(weights, 1),
        })
    }

    fn read(&self, examples: &Range<usize>) -> Result<Samples, HvpError> {
        self.source
            .batch(examples.clone())
            .map_err(HvpError::of_source)
    }

    /// Whether a batch has the inputs that were asked for and a target for every row of its logits.
    fn check(
        &self,
        samples: &Samples,
        examples: &Range<usize>,
        shape: &[usize],
    ) -> Result<(), HvpError> {
        let given = samples.inputs.shape().to_vec();
        if given != shape {
            return Err(HvpError::Input(format!(
                "the inputs of examples {} to {} have shape {given:?}: the source must give {shape:?}",
                examples.start, examples.end,
            )));
        }
        // What every device has: some have no wider integers.
        let wide = |number: &i64| i32::try_from(*number).is_err();
        if self.integers
            && let Some(number) = samples.inputs.iter::<i64>().find(wide)
        {
            return Err(HvpError::Input(format!(
                "an input is {number}: give inputs that are integers of 32 bits",
            )));
        }
        let rows = samples.targets.rows();
        let wanted = examples.len() * self.rows_each;
        let marks = samples.counted.as_ref().map_or(wanted, Vec::len);
        if rows != wanted || marks != wanted {
            return Err(HvpError::Input(format!(
                "there are {rows} targets and {marks} marks of rows that count for {} examples, but the \
                 network gives {wanted} rows of logits for them: give one for each row",
                examples.len(),
            )));
        }
        Ok(())
    }
}

/// Whether each row counts.
fn counted(samples: &Samples) -> Vec<bool> {
    let marked = |row: usize| samples.counted.as_ref().is_none_or(|marks| marks[row]);
    (0..samples.targets.rows())
        .map(|row| marked(row) && !samples.targets.ignores(row))
        .collect()
}

/// A hash of everything in a batch, the same for the same batch within one process: XXH3, which reads memory as fast as it
/// comes.
fn hash(samples: &Samples) -> u64 {
    let mut hasher = XxHash3_64::new();
    let tensor = |data: &TensorData, hasher: &mut XxHash3_64| {
        data.shape().to_vec().hash(hasher);
        data.dtype().hash(hasher);
        data.as_bytes().hash(hasher);
    };
    tensor(&samples.inputs, &mut hasher);
    match &samples.targets {
        Targets::Classes(classes) => classes.hash(&mut hasher),
        Targets::Values(values) => tensor(values, &mut hasher),
    }
    samples.counted.hash(&mut hasher);
    hasher.finish()
}
