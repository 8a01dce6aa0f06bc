//! The memory a product really takes beside the bound that was asked for: peak resident set less what
//! the problem takes at rest. Linux only; elsewhere it says that it cannot tell.

mod networks;

use std::fs;
use std::process::Command;

use hesscope_hvp::{Options, Part};
use hesscope_spectral::{LinearOperator, VectorSpace};
use networks::{Case, SMALL_CNN, VGG11};

/// A line of /proc/self/status, in MiB.
fn status(key: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(key))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}

fn measure(case: &Case, part: Part, directions: usize, mebibytes: usize) {
    let options = Options {
        directions,
        memory: mebibytes << 20,
        ..Options::default()
    };
    let problem = |count: usize| {
        case.problem(count, options)
            .expect("a network of operations with rules")
    };
    // As many examples as go at once: more take longer but not more memory.
    let problem = problem(problem(512).batch_size());
    let space = problem.space();
    let block: Vec<_> = (0..directions)
        .map(|k| space.from_host(&vec![0.01 * k as f64 + 0.01; space.dim()]))
        .collect();
    let Some(rest) = status("VmRSS") else {
        println!("no resident set to read here");
        return;
    };
    drop(problem.operator(part).apply(&block));
    let Some(peak) = status("VmHWM") else { return };
    println!(
        "{:10} {part:5} K={directions} asked {mebibytes:4} MiB: {:3} at once took {:5.0} MiB",
        case.name,
        problem.batch_size(),
        peak - rest,
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // Each measurement is a process of its own, for freed memory stays with a process.
    if let [_, case, part, directions] = &arguments[..] {
        let (case, mebibytes) = if case == VGG11.name {
            (VGG11, 256)
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
