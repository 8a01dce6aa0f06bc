//! How fast a device is.

use hesscope_records::{Speed, Timed, Times};

use super::table::table;

/// What was measured on what, and a row for each measurement; what was not done is said below the table.
pub fn speed(speed: &Speed) -> String {
    let settings = &speed.settings;
    let [channels, height, width] = settings.input;
    let images = settings.dataset.as_deref().unwrap_or("random images");
    let heads =
        "network | p | what | K | at once | first, s | ms | least | largest | examples/s | GFLOP/s";
    let (rows, not_done) = measurements(speed);
    format!(
        "{}, {}: {} examples of {channels}x{height}x{width} in {} classes, {images}\n{}{not_done}",
        speed.origin.device,
        settings.precision,
        settings.examples,
        settings.classes,
        table(heads.split(" | "), rows),
    )
}

/// The rows of what was done, and what was not as lines behind line breaks.
fn measurements(speed: &Speed) -> (Vec<Vec<String>>, String) {
    let (mut rows, mut not_done) = (Vec::new(), String::new());
    for network in &speed.networks {
        let name = &network.network;
        let at_once = network.plan.map_or_else(String::new, |plan| {
            format!("{} x {}", plan.batch_size, plan.directions)
        });
        let products = network.products.iter().map(|products| {
            let (what, vectors) = (products.operator, products.directions);
            let words = [what.to_string(), vectors.to_string(), at_once.clone()];
            (words, &products.timed)
        });
        let training = network.training.iter().map(|timed| {
            let batch = speed.settings.training_batch.to_string();
            (["training".to_owned(), String::new(), batch], timed)
        });
        for ([what, vectors, at_once], timed) in products.chain(training) {
            match timed {
                Timed::Done(times) => {
                    let parameters = network.parameters.to_string();
                    let mut row = vec![name.clone(), parameters, what, vectors, at_once];
                    row.extend(numbers(times));
                    rows.push(row);
                }
                Timed::NotDone(reason) if vectors.is_empty() => {
                    not_done += &format!("\n{name}, {what}: {reason}");
                }
                Timed::NotDone(reason) => {
                    not_done += &format!("\n{name}, {what}, K = {vectors}: {reason}");
                }
            }
        }
    }
    (rows, not_done)
}

fn numbers(times: &Times) -> [String; 6] {
    let milliseconds = times.milliseconds;
    [
        format!("{:.2}", times.first),
        format!("{:.4}", milliseconds.median),
        format!("{:.4}", milliseconds.least),
        format!("{:.4}", milliseconds.largest),
        format!("{:.0}", times.examples_per_second),
        times.gflops.map_or_else(String::new, rate),
    ]
}

/// A rate to about three digits.
fn rate(gflops: f64) -> String {
    let decimals = if gflops < 10.0 { 2 } else { 0 };
    format!("{gflops:.decimals$}")
}
