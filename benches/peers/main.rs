//! hesscope's side of `benches/peers/run.py`: times products, gradients and steps of training as it is asked on standard
//! input, one line `NETWORK WHAT K EXAMPLES` each, and answers with a line of JSON. `matmul` is the rate of a large product of
//! matrices. NETWORK may be the path of an ONNX model, which is measured over the arrays beside it. It stands on Linux, whose `/proc` tells processor time and memory.

use std::fs;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::Path;
use std::time::Instant;

use burn::tensor::{DType, Device, TensorData};
use hesscope::data::{DatasetName, DatasetSpec, load};
use hesscope::hvp::{Array, Examples, Objective, Part, Precision, Problem, ProblemOptions};
use hesscope::models::{
    BnMode, HostBatch, NetConfig, Network, Sgd, Trainer, Vgg11Classifier, Vgg11Config,
};
use hesscope::onnx::{Model, Selection};
use hesscope::spectral::{
    Extreme, LinearOperator, ProbeKind, Probes, ThickRestartOptions, VectorSpace,
    thick_restart_lanczos,
};

#[path = "../../crates/cli/src/memory.rs"]
mod memory;

type Failure = Box<dyn std::error::Error>;

const INPUT: [usize; 3] = [3, 32, 32];
const CLASSES: usize = 10;
/// Leading eigenpairs of `pairs`.
const PAIRS: usize = 10;

/// A problem with vectors to multiply, or a network that is trained.
enum Subject {
    Products(Box<Problem>, Vec<Array>),
    Training(Box<Trainer>, HostBatch),
}

fn network(name: &str) -> Result<Network, Failure> {
    let config = match name {
        "vgg11" => NetConfig::Vgg11(Vgg11Config {
            classifier: Vgg11Classifier::Plain,
            ..Vgg11Config::default()
        }),
        "vgg11-full" => NetConfig::from_name("vgg11")?,
        name => NetConfig::from_name(name)?,
    };
    Ok(config.init(INPUT, CLASSES, 0, &Device::flex())?)
}

fn images(count: usize) -> HostBatch {
    let numbers = INPUT.iter().product::<usize>();
    let pixels = Probes::new(ProbeKind::Gaussian, 1).host(count * numbers, 0);
    HostBatch {
        images: pixels.into_iter().map(|pixel| pixel as f32).collect(),
        labels: (0..count).map(|i| (i % CLASSES) as u32).collect(),
    }
}

fn options(directions: usize) -> ProblemOptions {
    ProblemOptions {
        directions,
        memory: 6 << 30,
        ..ProblemOptions::default()
    }
}

impl Subject {
    fn new(name: &str, what: &str, directions: usize, examples: usize) -> Result<Self, Failure> {
        if name.ends_with(".onnx") {
            return Self::of_model(Path::new(name), directions);
        }
        let network = network(name)?;
        let batch = images(examples);
        if what == "training" {
            let trainer = Trainer::new(&network, &Sgd::new(0.9, 5e-4), &Device::flex());
            return Ok(Subject::Training(Box::new(trainer), batch));
        }
        let [c, h, w] = INPUT;
        let data = Examples {
            inputs: TensorData::new(batch.images, [examples, c, h, w]),
            labels: batch.labels,
        };
        let forward = |network: &Network, x| network.forward(x, BnMode::Running);
        let problem = Problem::new(
            &network,
            forward,
            data,
            &Device::flex(),
            options(directions),
        )?;
        Ok(Self::products(problem, directions))
    }

    fn of_model(path: &Path, directions: usize) -> Result<Self, Failure> {
        let model = Model::read(path)?;
        let data = load(&DatasetSpec {
            data_dir: path.parent().map(Path::to_owned),
            without_test: true,
            ..DatasetSpec::new(DatasetName::ARRAYS)
        })?;
        let train = data.train;
        let values = train.read(&(0..train.len()).collect::<Vec<_>>())?;
        let shape = [&[train.len()], &train.extents()[..]].concat();
        let inputs = TensorData::new(values, shape);
        let examples = Examples {
            inputs: if train.has_integers() {
                inputs.convert_dtype(DType::I64)
            } else {
                inputs
            },
            labels: train.labels().to_vec(),
        };
        let problem = model.problem(
            &Selection::default(),
            examples,
            Objective::default(),
            &Device::flex(),
            options(directions),
        )?;
        Ok(Self::products(problem, directions))
    }

    fn products(problem: Problem, directions: usize) -> Self {
        let vectors =
            Probes::new(ProbeKind::Gaussian, 2).block(problem.space(), 0, directions.max(1));
        Subject::Products(Box::new(problem), vectors)
    }

    fn parameters(&self) -> Result<usize, Failure> {
        Ok(match self {
            Subject::Products(problem, _) => problem.space().dim(),
            Subject::Training(trainer, _) => trainer.network()?.num_parameters(),
        })
    }

    /// Multiplications followed by an addition in doing it once, where they are known.
    fn multiply_adds(&self, what: &str) -> Option<usize> {
        match self {
            Subject::Products(problem, vectors) => {
                let part = match what {
                    "hess" => Part::Hess,
                    "g" => Part::G,
                    _ => return None,
                };
                Some(problem.operator(part).multiply_adds(vectors.len()))
            }
            Subject::Training(..) => None,
        }
    }

    /// Does it once.
    fn work(&mut self, what: &str) -> Result<(), Failure> {
        match self {
            Subject::Training(trainer, batch) => {
                trainer.step(batch.clone(), 0.02)?;
            }
            Subject::Products(problem, vectors) => match what {
                "gradient" => drop(problem.gradient()?),
                "hess" => drop(problem.operator(Part::Hess).apply(vectors)?),
                "g" => drop(problem.operator(Part::G).apply(vectors)?),
                "pairs" => {
                    let options = ThickRestartOptions {
                        pairs: PAIRS,
                        which: Extreme::LargestMagnitude,
                        tolerance: 1e-3,
                        check_rounds: 0,
                        ..ThickRestartOptions::default()
                    };
                    drop(thick_restart_lanczos(
                        &problem.operator(Part::Hess),
                        &options,
                    )?);
                }
                other => return Err(format!("there is no {other} to time").into()),
            },
        }
        Ok(())
    }
}

/// Seconds of processor time so far, of all threads.
fn processor_time() -> Result<f64, Failure> {
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit(") ").next().unwrap_or_default();
    let field = |index: usize| -> Result<f64, Failure> {
        let field = fields
            .split(' ')
            .nth(index)
            .ok_or("a short /proc/self/stat")?;
        Ok(field.parse()?)
    };
    Ok((field(11)? + field(12)?) / TICKS)
}

/// A line of this process's `/proc/self/status` in bytes.
fn memory_of_process(name: &str) -> Result<usize, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .ok_or("a short /proc/self/status")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<usize>()? << 10)
}

/// The rate of a product of two large matrices in operations a second, two a multiplication.
fn rate_of_matmul() -> f64 {
    const SIZE: usize = 2048;
    let matrix = || {
        Array::from_vec(
            vec![0.5; SIZE * SIZE],
            &[SIZE, SIZE],
            Precision::F32,
            &Device::flex(),
        )
    };
    let (a, b) = (matrix(), matrix());
    let fastest = (0..10).map(|_| {
        let start = Instant::now();
        drop(a.matmul(&b));
        start.elapsed().as_secs_f64()
    });
    2.0 * (SIZE as f64).powi(3) / fastest.fold(f64::INFINITY, f64::min)
}

/// Times a case after having done it once.
fn answer(subject: &mut Subject, what: &str, first: bool) -> Result<String, Failure> {
    // The fullest moment so far is forgotten.
    fs::write("/proc/self/clear_refs", "5")?;
    let before = memory_of_process("VmRSS")?;
    if first {
        subject.work(what)?;
    }
    // Of the first in a process: what is freed is kept for the next.
    let memory = memory_of_process("VmHWM")?.saturating_sub(before);
    let processor = processor_time()?;
    let start = Instant::now();
    let mut count = 0;
    while count == 0 || start.elapsed().as_secs_f64() < 0.5 {
        subject.work(what)?;
        count += 1;
    }
    let (wall, processor) = (
        start.elapsed().as_secs_f64() / f64::from(count),
        (processor_time()? - processor) / f64::from(count),
    );
    let parameters = subject.parameters()?;
    let work = match subject.multiply_adds(what) {
        Some(count) => (2 * count).to_string(),
        None => "null".into(),
    };
    Ok(format!(
        r#"{{"wall": {wall}, "processor": {processor}, "parameters": {parameters}, "operations": {work}, "memory": {memory}}}"#
    ))
}

fn main() -> Result<(), Failure> {
    memory::keep_what_is_freed();
    // `cargo bench` runs it as well; without a question there is nothing to do.
    let mut last: Option<(String, Subject)> = None;
    for line in stdin().lock().lines() {
        let line = line?;
        if line == "matmul" {
            println!(r#"{{"rate": {}}}"#, rate_of_matmul());
            stdout().flush()?;
            continue;
        }
        let [name, what, directions, examples] = line
            .split_whitespace()
            .collect::<Vec<_>>()
            .try_into()
            .map_err(|_| format!("`{line}` is not NETWORK WHAT K EXAMPLES"))?;
        let known = last.take().filter(|(known, _)| *known == line);
        let first = known.is_none();
        let mut subject = match known {
            Some((_, subject)) => subject,
            None => Subject::new(name, what, directions.parse()?, examples.parse()?)?,
        };
        println!("{}", answer(&mut subject, what, first)?);
        stdout().flush()?;
        last = Some((line, subject));
    }
    Ok(())
}
