//! Products with each part of the Hessian on the networks of the papers: milliseconds an example and
//! vector, arithmetic rate, and peak memory, as a Markdown table behind criterion's own report.
//!
//!     cargo bench --bench operators -- --quick       # everything once or twice; ten minutes on two cores
//!     cargo bench --bench operators                  # ten times; most of an hour
//!     cargo bench --bench operators -- resnet18/3x32x32/hess
//!
//! What stands behind `--` is criterion's: a regular expression over NETWORK/INPUT/OPERATOR/K, or its
//! options. With HESSCOPE_BENCH_TABLE=FILE the table is written there too.
//!
//! On Linux with glibc the allocator is set to keep freed memory, as the `hesscope` command sets it; values
//! of MALLOC_MMAP_THRESHOLD_ or MALLOC_TRIM_THRESHOLD_ from outside are left alone. Memory is read, on Linux
//! only, in a process of its own for each case, which forms one product and has the allocator as it comes, so
//! that what is freed is not counted.

use std::env;
use std::fmt::Write;
use std::fs;
use std::hint::black_box;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use burn::tensor::{Device, TensorData};
use criterion::{Criterion, SamplingMode, Throughput};
use hesscope::hvp::{Examples, Part, Problem, ProblemOptions};
use hesscope::models::{BnMode, NetConfig, Network, Vgg11Classifier, Vgg11Config};
use hesscope::spectral::{LinearOperator, ProbeKind, Probes, VectorSpace};

#[path = "../crates/cli/src/memory.rs"]
mod memory;

/// Names a case to the process that measures its memory.
const MEMORY_OF: &str = "HESSCOPE_BENCH_MEMORY_OF";

/// Names the file the table goes to.
const TABLE: &str = "HESSCOPE_BENCH_TABLE";

/// Directions that share a pass, K.
const DIRECTIONS: [usize; 2] = [1, 8];

/// A network and the examples it is measured on.
struct Subject {
    name: &'static str,
    net: NetConfig,
    input: [usize; 3],
    classes: usize,
    /// As few as give products of a second or so.
    examples: usize,
}

fn subjects() -> Vec<Subject> {
    let vgg11 = |classifier| {
        NetConfig::Vgg11(Vgg11Config {
            classifier,
            ..Vgg11Config::default()
        })
    };
    let named = |name| NetConfig::from_name(name).expect("a known name");
    let networks = [
        ("vgg11-full", vgg11(Vgg11Classifier::Full), 8),
        ("vgg11-plain", vgg11(Vgg11Classifier::Plain), 8),
        ("resnet18", named("resnet18"), 4),
        ("densenet40", named("densenet40"), 2),
    ];
    let mut subjects = Vec::new();
    for (name, net, examples) in networks {
        for channels in [3, 1] {
            subjects.push(Subject {
                name,
                net: net.clone(),
                input: [channels, 32, 32],
                classes: 10,
                examples,
            });
        }
    }
    subjects.push(Subject {
        name: "resnet18",
        net: named("resnet18"),
        input: [3, 224, 224],
        classes: 1000,
        examples: 1,
    });
    subjects
}

impl Subject {
    fn input(&self) -> String {
        self.input.map(|extent| extent.to_string()).join("x")
    }

    /// The problem in BatchNorm's evaluation mode, on random images of all classes in turn.
    fn problem(&self, directions: usize) -> Problem {
        let device = Device::flex();
        let network = self
            .net
            .init(self.input, self.classes, 0, &device)
            .expect("a network");
        let [c, h, w] = self.input;
        let pixels = Probes::new(ProbeKind::Gaussian, 1).host(self.examples * c * h * w, 0);
        let examples = Examples {
            inputs: TensorData::new(pixels, [self.examples, c, h, w]),
            labels: (0..self.examples)
                .map(|i| (i % self.classes) as u32)
                .collect(),
        };
        let options = ProblemOptions {
            directions,
            // Enough for K directions at once of every network here.
            memory: 6 << 30,
            ..ProblemOptions::default()
        };
        let forward = |network: &Network, x| network.forward(x, BnMode::Running);
        let mut problem = Problem::new(&network, forward, examples, &device, options)
            .expect("a network of operations with rules");
        calm(&mut problem);
        problem
    }
}

/// Scales the last layer so that no logit is above one. Untrained networks may be so sure of a class that
/// all other probabilities are zero, and the parts of G by class with them: then there is nothing to pull.
fn calm(problem: &mut Problem) {
    let logits = problem.evaluate().expect("a pass").logits;
    let largest = logits
        .iter()
        .fold(1.0f64, |largest, z| largest.max(z.abs()));
    let parameters = problem.parameters();
    let head: usize = parameters[parameters.len() - 2..]
        .iter()
        .map(|parameter| parameter.len())
        .sum();
    let space = problem.space().clone();
    let mut point = space.to_host(&problem.point());
    let start = point.len() - head;
    point[start..].iter_mut().for_each(|x| *x /= largest);
    problem.move_to(&space.from_host(&point)).expect("a move");
}

/// One line of the table.
struct Case<'a> {
    subject: &'a Subject,
    part: Part,
    directions: usize,
}

/// All operators and numbers of directions of a network; a new part is measured once it is in this list.
fn cases(subject: &Subject) -> Vec<Case<'_>> {
    let parts = Part::ALL.into_iter();
    parts
        .flat_map(|part| {
            DIRECTIONS.map(|directions| Case {
                subject,
                part,
                directions,
            })
        })
        .collect()
}

impl Case<'_> {
    fn group(&self) -> String {
        format!("{}/{}", self.subject.name, self.subject.input())
    }

    fn function(&self) -> String {
        format!("{}/{}", self.part, self.directions)
    }

    fn id(&self) -> String {
        format!("{}/{}", self.group(), self.function())
    }
}

/// What was measured of a case.
struct Measured<'a> {
    case: Case<'a>,
    parameters: usize,
    batch: usize,
    /// Multiplications followed by an addition in all products.
    multiply_adds: usize,
    /// Time of each product, in order.
    seconds: Vec<f64>,
}

impl Measured<'_> {
    /// The median time of a product, the first left out, in which memory is touched for the first time.
    fn seconds(&self) -> f64 {
        let mut seconds = self.seconds[1.min(self.seconds.len() - 1)..].to_vec();
        seconds.sort_by(f64::total_cmp);
        seconds[seconds.len() / 2]
    }

    fn row(&self, memory: Option<(f64, f64)>) -> String {
        let Case {
            subject,
            part,
            directions,
        } = &self.case;
        let examples = subject.examples as f64;
        let milliseconds = 1e3 * self.seconds() / (examples * *directions as f64);
        let rate = 2.0 * self.multiply_adds as f64 / self.seconds() / 1e9;
        let memory = memory.map_or_else(
            || "- | -".to_owned(),
            |(rest, peak)| format!("{rest:.0} | {peak:.0}"),
        );
        format!(
            "| {} | {} | {} | {}/{} | {part} | {directions} | {milliseconds:.2} | {rate:.1} | {memory} |\n",
            subject.name,
            subject.input(),
            self.parameters,
            subject.examples,
            self.batch,
        )
    }
}

const HEADER: &str = "\
| network | input | p | examples/at once | operator | K | ms an example and vector | GFLOP/s | MiB at rest | MiB at peak |
| --- | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |
";

/// What the numbers rest on.
fn conditions() -> String {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let settings: Vec<String> = env::vars()
        .filter(|(name, _)| name.starts_with("MALLOC_"))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let allocator = if settings.is_empty() {
        "as the system has it".to_owned()
    } else {
        settings.join(" ")
    };
    format!(
        "flex on the CPU, {threads} threads, float32, BatchNorm in evaluation mode; allocator: {allocator}. \
         GFLOP/s count convolutions and matrix products alone, two operations a multiplication, 2 + 6 K \
         forward passes for hess, h and b2, 2 + 4 K for a1, a2 and b1, and 1 + 4 K for g. MiB are the resident memory of a process \
         before its first product and at the fullest during it, with the allocator as the system has it."
    )
}

fn run<'a>(criterion: &mut Criterion, case: Case<'a>) -> Option<Measured<'a>> {
    let mut group = criterion.benchmark_group(case.group());
    group.sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(
        (case.subject.examples * case.directions) as u64,
    ));
    // Only made where criterion's filter lets the case run.
    let mut problem = None;
    let mut seconds = Vec::new();
    group.bench_function(case.function(), |bencher| {
        let problem = problem.get_or_insert_with(|| case.subject.problem(case.directions));
        let block = directions(problem, case.directions);
        let operator = problem.operator(case.part);
        bencher.iter_custom(|iterations| {
            let mut total = Duration::ZERO;
            for _ in 0..iterations {
                let start = Instant::now();
                black_box(operator.apply(&block).expect("products"));
                let time = start.elapsed();
                seconds.push(time.as_secs_f64());
                total += time;
            }
            total
        });
    });
    group.finish();
    let problem = problem?;
    Some(Measured {
        parameters: problem.program().dim(),
        batch: problem.batch_size(),
        multiply_adds: problem.operator(case.part).multiply_adds(case.directions),
        seconds,
        case,
    })
}

fn directions(problem: &Problem, count: usize) -> Vec<hesscope::hvp::Array> {
    Probes::new(ProbeKind::Rademacher, 1).block(problem.space(), 0, count)
}

/// A line of /proc/self/status, in MiB.
fn status(key: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(key))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}

/// Forms one product and prints the resident memory before it and at its fullest.
fn print_memory(case: &Case) {
    let problem = case.subject.problem(case.directions);
    let block = directions(&problem, case.directions);
    let rest = status("VmRSS");
    // Forgets the peak so far, which making the network may have set.
    let _ = fs::write("/proc/self/clear_refs", "5");
    black_box(problem.operator(case.part).apply(&block).expect("products"));
    if let (Some(rest), Some(peak)) = (rest, status("VmHWM")) {
        println!("{rest} {peak}");
    }
}

/// [`print_memory`] in a process of its own, for freed memory stays with a process.
fn memory(case: &Case) -> Option<(f64, f64)> {
    let child = Command::new(env::current_exe().ok()?)
        .env(MEMORY_OF, case.id())
        .env_remove("MALLOC_MMAP_THRESHOLD_")
        .env_remove("MALLOC_TRIM_THRESHOLD_")
        .output()
        .ok()?;
    let text = String::from_utf8(child.stdout).ok()?;
    let (rest, peak) = text.trim().split_once(' ')?;
    Some((rest.parse().ok()?, peak.parse().ok()?))
}

fn main() {
    let subjects = subjects();
    if let Ok(id) = env::var(MEMORY_OF) {
        let case = subjects.iter().flat_map(cases).find(|case| case.id() == id);
        return print_memory(&case.expect("the id of a case"));
    }
    // Cargo passes --bench to a measurement, and nothing where it only tries that benches run.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    memory::keep_what_is_freed();
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(1))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let mut rows = String::new();
    for case in subjects.iter().flat_map(cases) {
        if let Some(measured) = run(&mut criterion, case) {
            rows += &measured.row(memory(&measured.case));
        }
    }
    criterion.final_summary();
    if rows.is_empty() {
        return;
    }
    let mut table = String::new();
    let _ = writeln!(table, "{HEADER}{rows}\n{}", conditions());
    println!("\n{table}");
    if let Some(file) = env::var_os(TABLE) {
        fs::write(&file, table).expect("the file of the table can be written");
    }
}
