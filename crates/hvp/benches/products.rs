//! Time of the forward pass, the gradient and products, an example and a vector, each beside the
//! forward pass measured in the same round: on a machine that is shared, only ratios hold.
//!
//! On Linux with glibc, MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_ of some gigabytes let the process
//! keep its memory, which takes a tenth off the time of large networks.
//!
//! Beside the time stands what all processors together worked, which a busy machine changes less. Names of
//! networks and of what is timed, such as `vgg11 "hess K=8"`, leave the others out: so a profiler sees one
//! thing alone.

mod networks;

use std::hint::black_box;
use std::time::Instant;

use hesscope_hvp::{Part, Problem, ProblemOptions};
use hesscope_spectral::{LinearOperator, VectorSpace};
use networks::{Case, SMALL_CNN, VGG11};

const ROUNDS: usize = 3;

/// Seconds all processors worked for this process so far; Linux only.
fn worked() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // After the name, which may hold anything: times in user and in system mode, in hundredths of a second.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(11).take(2);
    Some(
        ticks
            .filter_map(|ticks| ticks.parse::<f64>().ok())
            .sum::<f64>()
            / 100.0,
    )
}

/// Something to time.
struct Run<'a> {
    name: String,
    vectors: usize,
    run: Box<dyn Fn() + 'a>,
}

fn runs(problem: &Problem) -> Vec<Run<'_>> {
    let space = problem.space();
    let mut runs = vec![
        Run {
            name: "forward".into(),
            vectors: 1,
            run: Box::new(|| drop(black_box(problem.evaluate().expect("a pass")))),
        },
        Run {
            name: "gradient".into(),
            vectors: 1,
            run: Box::new(|| drop(black_box(problem.gradient().expect("a gradient")))),
        },
    ];
    let all: Vec<_> = (0..8)
        .map(|k| {
            let wave = |i: usize| (i as f64 * 0.61 + k as f64).sin();
            space.from_host(&(0..space.dim()).map(wave).collect::<Vec<f64>>())
        })
        .collect();
    for part in Part::MAIN {
        for vectors in [1, 8] {
            let directions = all[..vectors].to_vec();
            let operator = problem.operator(part);
            runs.push(Run {
                name: format!("{part} K={vectors}"),
                vectors,
                run: Box::new(move || {
                    drop(black_box(operator.apply(&directions).expect("products")));
                }),
            });
        }
    }
    runs
}

fn least(seconds: &[f64]) -> f64 {
    seconds.iter().copied().fold(f64::INFINITY, f64::min)
}

fn measure(case: &Case, names: &[String]) {
    let options = ProblemOptions {
        // Enough for 8 directions at once of the larger network.
        memory: 4 << 30,
        ..ProblemOptions::default()
    };
    let problem = case
        .problem(case.examples, options)
        .expect("a network of operations with rules");
    let mut runs = runs(&problem);
    let chosen = |run: &Run| run.name == "forward" || names.contains(&run.name);
    if runs.iter().any(|run| names.contains(&run.name)) {
        runs.retain(chosen);
    }
    let mut seconds = vec![Vec::new(); runs.len()];
    let mut work = vec![Vec::new(); runs.len()];
    for round in 0..=ROUNDS {
        for ((run, seconds), work) in runs.iter().zip(&mut seconds).zip(&mut work) {
            let before = worked();
            let start = Instant::now();
            (run.run)();
            // The first round touches memory for the first time.
            if round > 0 {
                seconds.push(start.elapsed().as_secs_f64());
                work.extend(worked().zip(before).map(|(after, before)| after - before));
            }
        }
    }
    println!(
        "{}: {} examples, {} parameters; {}",
        case.name,
        case.examples,
        problem.space().dim(),
        problem.plan(),
    );
    println!("  milliseconds an example and a vector: least, median, worked; least beside forward");
    let forward = least(&seconds[0]);
    for ((run, seconds), work) in runs.iter().zip(&mut seconds).zip(&work) {
        seconds.sort_by(f64::total_cmp);
        let each = 1e3 / (case.examples * run.vectors) as f64;
        println!(
            "  {:10} {:9.4} {:9.4} {:9.4} {:7.2}",
            run.name,
            each * seconds[0],
            each * seconds[ROUNDS / 2],
            each * least(work),
            seconds[0] / forward / run.vectors as f64,
        );
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Cargo passes --bench to a measurement, and nothing where it only tries that benches run.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let named = |case: &&Case| arguments.iter().any(|argument| argument == case.name);
    let cases = [SMALL_CNN, VGG11];
    let chosen: Vec<&Case> = cases.iter().filter(named).collect();
    for case in if chosen.is_empty() {
        cases.iter().collect()
    } else {
        chosen
    } {
        measure(case, &arguments);
    }
}
