//! A plan in words.

use hesscope_report::plain::table;

use super::cost::{Cost, Machines};
use super::extent::Extent;
use crate::durations::duration;
use crate::settings::Settings;

/// What a run costs, in words: a line, a table of training, each spectrum and all, and a line for memory.
pub fn page(settings: &Settings, extent: Extent, machines: Machines, cost: &Cost) -> String {
    let mut rows = vec![[
        "training".to_owned(),
        cost.work.trained.to_string(),
        String::new(),
        duration(cost.training),
    ]];
    for (spectrum, &seconds) in cost.work.spectra.iter().zip(&cost.spectra) {
        rows.push([
            spectrum.operator.to_string(),
            spectrum.examples.to_string(),
            range(spectrum.products().map(|count| count.to_string())),
            range(seconds.map(duration)),
        ]);
    }
    let total = range(cost.seconds().map(duration));
    rows.push(["all".into(), String::new(), String::new(), total]);
    let gib = |bytes: usize| format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30));
    let [train, test] = extent.examples;
    let ranks = match machines.ranks {
        1 => "1 rank".to_owned(),
        several => format!("{several} ranks"),
    };
    format!(
        "{}: {} parameters, {train} training and {test} test examples, {ranks}\n\n{}\n\nmemory: Lanczos vectors up to \
             {}, training {} and the tensors of a pass up to {}, at every rank",
        settings.net.name(),
        cost.parameters,
        table(["", "examples", "products", "time"], rows),
        gib(cost.basis),
        gib(cost.trained),
        gib(machines.memory / 2)
    )
}

/// Two ends that may be one.
fn range([least, most]: [String; 2]) -> String {
    if least == most {
        least
    } else {
        format!("{least} to {most}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ends_that_are_equal_are_said_once() {
        assert_eq!(range(["1", "1"].map(String::from)), "1");
        assert_eq!(range(["1", "2"].map(String::from)), "1 to 2");
    }
}
