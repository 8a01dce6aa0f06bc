//! Faults of all kinds, injected by the hundred into commands that work: signals, full disks, calls of the system that fail,
//! folders that may not be written, damaged files, and many processes at once.
//!
//! `HESSCOPE_FAULTS_SEED` and `HESSCOPE_FAULTS_COUNT` choose the faults, the number being that of each kind. The short form
//! runs with the other tests; the long one, with the figures of `docs/faults.md`, by
//! `cargo test --release -p hesscope-cli --test faults -- --ignored --nocapture`.
#![cfg(target_os = "linux")]

mod calls;
mod choice;
mod damage;
mod full_disk;
mod jobs;
mod judge;
mod place;
mod program;
mod read_only;
mod readers;
mod results;
mod server;
mod settings;
mod signals;
mod tally;
mod together;

use choice::Choice;
use tally::Tally;

/// Injects so many faults of one kind.
type Kind = fn(Choice, usize) -> Tally;

/// The kinds, and how many faults of each the short and the long form have.
const KINDS: [(&str, Kind, usize, usize); 6] = [
    ("signals", signals::inject, 14, 112),
    ("calls", calls::inject, 16, 160),
    ("full disk", full_disk::inject, 14, 84),
    ("read-only", read_only::inject, 14, 56),
    ("damage", damage::inject, 46, 460),
    ("together", together::inject, 3, 14),
];

fn number(name: &str) -> Option<usize> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is {text}: give a whole number")),
    )
}

/// Injects the faults of a kind; of the long form, with as many of them.
fn injected(kind: &str, long: bool) -> Tally {
    let &(name, inject, few, many) = KINDS.iter().find(|(name, ..)| *name == kind).expect("it");
    let seed = number("HESSCOPE_FAULTS_SEED").unwrap_or(1);
    let count = number("HESSCOPE_FAULTS_COUNT").unwrap_or(if long { many } else { few });
    inject(Choice::new(seed as u64, name), count)
}

#[test]
fn signals_lose_nothing() {
    injected("signals", false).settle();
}

#[test]
fn calls_that_fail_lose_nothing() {
    injected("calls", false).settle();
}

#[test]
fn full_disks_lose_nothing() {
    injected("full disk", false).settle();
}

#[test]
fn folders_to_be_read_only_are_said() {
    injected("read-only", false).settle();
}

#[test]
fn damaged_files_are_seen() {
    injected("damage", false).settle();
}

#[test]
fn many_at_once_make_one_result() {
    injected("together", false).settle();
}

#[test]
#[ignore = "takes ten minutes"]
fn all_kinds_by_the_hundred() {
    // Two at a time: the commands are small and wait for the disk.
    let half = |first: usize| {
        let kinds = KINDS.iter().skip(first).step_by(2);
        kinds
            .map(|(kind, ..)| injected(kind, true))
            .fold(Tally::default(), Tally::with)
    };
    let all = std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        half(0).with(other.join().expect("no panic"))
    });
    all.settle();
}
