//! The memory a product really takes beside the account that the plan was made by and the bound that
//! was asked for: peak resident set less what the problem takes at rest. It fails where a product takes
//! clearly more than the account says. Linux only; elsewhere it says that it cannot tell.

mod networks;

use std::fs;
use std::process::Command;

use hesscope_hvp::{Part, ProblemOptions};
use hesscope_spectral::{LinearOperator, VectorSpace};
use networks::{Case, SMALL_CNN, VGG11};

/// MiB that threads, and the allocator beside what is asked of it, may take.
const ALLOCATOR: f64 = 16.0;

/// A line of /proc/self/status, in MiB.
fn status(key: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(key))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}

fn measure(case: &Case, part: Part, directions: usize, mebibytes: usize) {
    let options = ProblemOptions {
        directions,
        memory: mebibytes << 20,
        ..ProblemOptions::default()
    };
    let problem = |count: usize, options: ProblemOptions| {
        case.problem(count, options)
            .expect("a network of operations with rules")
    };
    // As many examples as go at once: more take longer but not more memory.
    let plan = problem(512, options).plan();
    let options = ProblemOptions {
        batch_size: Some(plan.batch_size),
        ..options
    };
    let problem = problem(plan.batch_size * plan.side_by_side, options);
    let plan = problem.plan();
    let space = problem.space();
    let block: Vec<_> = (0..plan.directions)
        .map(|k| space.from_host(&vec![0.01 * k as f64 + 0.01; space.dim()]))
        .collect();
    let Some(rest) = status("VmRSS") else {
        println!("no resident set to read here");
        return;
    };
    drop(problem.operator(part).apply(&block));
    let Some(peak) = status("VmHWM") else { return };
    let (took, account) = (peak - rest, plan.bytes as f64 / f64::from(1 << 20));
    println!(
        "{:10} {:5} K={directions}: took {took:5.1} MiB; {plan}",
        case.name,
        part.name(),
    );
    assert!(
        took < 1.1 * account + ALLOCATOR,
        "a product took {took:.1} MiB where the account is {account:.1}"
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // Each measurement is a process of its own, for freed memory stays with a process.
    if let [_, case, part, directions] = &arguments[..] {
        let (case, mebibytes) = if case == VGG11.name {
            (VGG11, 1024)
        } else {
            (SMALL_CNN, 64)
        };
        let part = part.parse().expect("a part");
        let directions = directions.parse().expect("a number of directions");
        return measure(&case, part, directions, mebibytes);
    }
    // Cargo passes --bench to a measurement, and nothing where it only tries that benches run.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let program = std::env::current_exe().expect("the path of this program");
    for case in [SMALL_CNN.name, VGG11.name] {
        for part in Part::MAIN {
            for directions in ["1", "8"] {
                let child = Command::new(&program)
                    .args([case, part.name(), directions])
                    .status();
                assert!(child.expect("this program starts").success());
            }
        }
    }
}
