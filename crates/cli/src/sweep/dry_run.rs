//! `--dry-run`: the runs in their order.

use super::options::SweepOptions;
use super::points::Point;
use super::spec::Spec;
use super::work::chosen;
use crate::failure::Failure;

/// Lists the runs of a spec, or of a shard of it, and their number.
pub fn run(options: &SweepOptions) -> Result<(), Failure> {
    let spec = Spec::read(&options.spec)?;
    let chosen = chosen(&spec.points, options.shard);
    for &(place, point) in &chosen {
        println!("{:>5}  {}  {}", place + 1, point.name, what(point));
    }
    let analyses: usize = chosen.iter().map(|(_, point)| point.analyses()).sum();
    let of = if chosen.len() == spec.points.len() {
        String::new()
    } else {
        format!(" of {}", spec.points.len())
    };
    println!("{}{of} runs, {analyses} analyses", chosen.len());
    Ok(())
}

/// What is done of a run.
fn what(point: &Point) -> String {
    let settings = &point.settings;
    let epochs: Vec<String> = settings
        .analysed_epochs()
        .iter()
        .map(usize::to_string)
        .collect();
    let analysis = &settings.analysis;
    format!(
        "{} epochs; {} over {} at {}",
        settings.train.epochs,
        analysis.operators.join(", "),
        analysis.splits.join(", "),
        epochs.join(", ")
    )
}
