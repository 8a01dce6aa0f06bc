//! How long what is left of a sweep will take.
//!
//! A run costs so many seconds an example and epoch of training, and so many an example and analysis. Both are taken from
//! the finished runs of the same data set and network, each the median over them.

use std::collections::BTreeMap;

use hesscope_data::PerClass;

use super::finished::Finished;
use super::point::{Point, net_label};
use super::standing::Standing;
use crate::error::StudyError;
use crate::settings::LearningRate;

/// What is known of the time left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Seconds of one process.
    pub seconds: f64,
    /// The least and the largest factor by which the time of a finished run is off what the others of its kind say of it;
    /// none where no kind has two.
    pub range: Option<[f64; 2]>,
    /// Runs that are counted, those at work with them.
    pub runs: usize,
    /// Runs that are not, since none of their kind is done.
    pub unknown: usize,
    /// Finished runs.
    pub done: usize,
}

/// Of training and of analyses: what a run is made of, or the seconds that they took. A run is made of examples per class
/// times epochs trained, those of a search with them, and examples per class times analyses.
type Parts = [f64; 2];

/// Runs whose times are compared: data set, network, and whether all examples are taken, whose number is not known here.
type Kind = (String, String, bool);

/// The time left, from how every run stands. Failed runs are not counted.
pub fn estimate(runs: &[(Point, Standing)]) -> Result<Estimate, StudyError> {
    let mut done: BTreeMap<Kind, Vec<(Parts, Parts)>> = BTreeMap::new();
    let mut left = Vec::new();
    for (point, standing) in runs {
        let (kind, amount) = (kind(point)?, amount(point)?);
        match standing {
            Standing::Done(Finished {
                training_seconds,
                analysis_seconds,
                ..
            }) => done
                .entry(kind)
                .or_default()
                .push((amount, [*training_seconds, *analysis_seconds])),
            Standing::Running(worker) => {
                let spent = worker.as_ref().map(|worker| worker.duration());
                left.push((kind, amount, spent.unwrap_or_default().as_secs_f64()));
            }
            Standing::Left => left.push((kind, amount, 0.0)),
            Standing::Failed(_) => {}
        }
    }
    let (mut seconds, mut counted, mut unknown) = (0.0, 0, 0);
    for (kind, amount, spent) in left {
        match done.get(&kind).and_then(|done| pace(done)) {
            Some(pace) => {
                seconds += (time(pace, amount) - spent).max(0.0);
                counted += 1;
            }
            None => unknown += 1,
        }
    }
    let factors: Vec<f64> = done.values().flat_map(|done| factors(done)).collect();
    let extreme = |pick: fn(f64, f64) -> f64| factors.iter().copied().reduce(pick);
    Ok(Estimate {
        seconds,
        range: extreme(f64::min)
            .zip(extreme(f64::max))
            .map(|(least, most)| [least.min(1.0), most.max(1.0)]),
        runs: counted,
        unknown,
        done: done.values().map(Vec::len).sum(),
    })
}

fn kind(point: &Point) -> Result<Kind, StudyError> {
    let settings = &point.settings;
    let size = settings.examples_per_class;
    let all = size.is_none_or(|size| size == PerClass::All);
    Ok((settings.dataset.to_string(), net_label(&settings.net)?, all))
}

fn amount(point: &Point) -> Result<Parts, StudyError> {
    let size = point.settings.examples_per_class;
    let examples = size.and_then(PerClass::count).unwrap_or(1) as f64;
    let train = &point.settings.train;
    let epochs = match train.learning_rate {
        LearningRate::Fixed(_) => train.epochs,
        LearningRate::Search(grid) => {
            let trial = train.search_epochs.unwrap_or(train.epochs);
            // A search of whole trainings has the run among them.
            let run = if trial == train.epochs {
                0
            } else {
                train.epochs
            };
            grid.rates()?.len() * trial + run
        }
    };
    Ok([epochs, point.analyses()].map(|count| examples * count as f64))
}

fn time(pace: Parts, amount: Parts) -> f64 {
    pace[0] * amount[0] + pace[1] * amount[1]
}

/// The median seconds of a unit, over finished runs of a kind: what they are made of, and the seconds it took.
fn pace(done: &[(Parts, Parts)]) -> Option<Parts> {
    let of = |part: usize| {
        median(done.iter().map(|(amount, took)| {
            if amount[part] > 0.0 {
                took[part] / amount[part]
            } else {
                0.0
            }
        }))
    };
    Some([of(0)?, of(1)?])
}

/// How many times longer each run took than the others of its kind say.
fn factors(done: &[(Parts, Parts)]) -> Vec<f64> {
    (0..done.len())
        .filter_map(|k| {
            let mut others = done.to_vec();
            let (amount, took) = others.remove(k);
            let said = time(pace(&others)?, amount);
            (said > 0.0).then_some((took[0] + took[1]) / said)
        })
        .collect()
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    Some(if values.len().is_multiple_of(2) {
        0.5 * (values[values.len() / 2 - 1] + upper)
    } else {
        upper
    })
}

#[cfg(test)]
mod tests {
    use hesscope_records::Part;

    use super::*;
    use crate::settings::Settings;

    fn point(text: &str) -> Point {
        let mut settings: Settings = toml::from_str(text).expect("settings");
        settings.analysis.operators = vec![Part::G.into()];
        Point {
            name: text.into(),
            settings,
        }
    }

    fn done(training: f64, analysis: f64) -> Standing {
        let text = format!(
            r#"{{"run": "", "key": "", "analyses": [], "training_seconds": {training}, "analysis_seconds": {analysis}}}"#
        );
        Standing::Done(serde_json::from_str(&text).expect("JSON"))
    }

    const TEN: &str = "examples-per-class = 10\ntrain = { epochs = 5 }";
    const TWENTY: &str = "examples-per-class = 20\ntrain = { epochs = 10 }\nseed = 1";

    #[test]
    fn time_goes_with_examples_epochs_and_analyses() {
        let (ten, twenty) = (point(TEN), point(TWENTY));
        // 50 units of training and 10 of analysis took 100 s and 30 s; of 200 and 20 that makes 400 s and 60 s.
        let states = [(ten, done(100.0, 30.0)), (twenty, Standing::Left)];
        let found = estimate(&states).expect("an estimate");
        assert!((found.seconds - 460.0).abs() < 1e-9, "{found:?}");
        assert_eq!((found.runs, found.unknown, found.done), (1, 0, 1));
        assert_eq!(found.range, None, "one run says nothing of how they vary");
    }

    #[test]
    fn the_range_is_how_far_runs_were_off_the_others() {
        let ten = point(TEN);
        let states = [
            (ten.clone(), done(100.0, 0.0)),
            (ten.clone(), done(150.0, 0.0)),
            (ten.clone(), Standing::Left),
            (ten, Standing::Left),
        ];
        let found = estimate(&states).expect("an estimate");
        assert!((found.seconds - 250.0).abs() < 1e-9, "{found:?}");
        let [least, most] = found.range.expect("a range");
        assert!(
            (least - 100.0 / 150.0).abs() < 1e-9 && (most - 1.5).abs() < 1e-9,
            "{found:?}"
        );
    }

    #[test]
    fn kinds_of_which_none_is_done_are_not_guessed() {
        let (ten, other) = (
            point(TEN),
            point("net = \"vgg11\"\nexamples-per-class = 10"),
        );
        let all = point("dataset = \"mnist\"");
        let states = [
            (ten.clone(), done(100.0, 30.0)),
            (other, Standing::Left),
            (all, Standing::Left),
            (ten, Standing::Running(None)),
        ];
        let found = estimate(&states).expect("an estimate");
        assert_eq!((found.runs, found.unknown), (1, 2));
        assert!((found.seconds - 130.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_search_costs_its_trainings() {
        let fixed = point("examples-per-class = 10\ntrain = { epochs = 5, learning-rate = 0.1 }");
        let whole =
            point("examples-per-class = 10\ntrain = { epochs = 5, learning-rate = \"search\" }");
        let short = point(
            "examples-per-class = 10\ntrain = { epochs = 5, learning-rate = \"search\", search-epochs = 2 }",
        );
        let training = |point: &Point| amount(point).expect("an amount")[0];
        assert_eq!(training(&fixed), 50.0);
        assert_eq!(training(&whole), 500.0);
        assert_eq!(training(&short), 10.0 * (10.0 * 2.0 + 5.0));
    }
}
