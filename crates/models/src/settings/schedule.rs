//! The learning rate over the epochs.

use std::{f64::consts::PI, fmt::Display, str::FromStr};

use hesscope_files::did_you_mean;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::setting_error::{SettingError, require};
use crate::name_or_table::{NameOrTable, name_or_table};

/// The factor of [`Schedule::Step`] unless another is given.
const FACTOR: f64 = 0.1;

/// How the learning rate changes from epoch to epoch, after the warm-up.
///
/// In a file a name alone, `"cosine"`, or a table with options: `{ name = "step", milestones = [30, 60], factor = 0.2 }`,
/// `{ name = "cosine", floor = 0.01 }`.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// Multiplied by `factor` each time one of the milestones is passed.
    Step {
        /// Numbers of epochs done, warm-up included, at which the rate drops, strictly increasing. If absent, a third and
        /// two thirds of the epochs behind the warm-up.
        milestones: Option<Vec<usize>>,
        /// What the rate is multiplied by, in `(0, 1]`.
        factor: f64,
    },
    /// Half a cosine from the initial rate down to a share `floor` of it, which the epoch behind the last would have.
    Cosine {
        /// In `[0, 1)`.
        floor: f64,
    },
    /// The same throughout.
    Constant,
}

impl Default for Schedule {
    /// The papers' schedule: divided by 10 when a third of the epochs are done and again when two thirds are.
    fn default() -> Self {
        Self::Step {
            milestones: None,
            factor: FACTOR,
        }
    }
}

/// The names a schedule can be given by.
pub const SCHEDULE_NAMES: [&str; 3] = ["step", "cosine", "constant"];

impl Schedule {
    /// The rate of epoch `epoch` (counted from 1) of `epochs`, of which the first `warm_up` lead up to `initial`.
    ///
    /// The warm-up is linear, `initial * epoch / (warm_up + 1)`, so that the first epoch behind it would continue it. What
    /// [`Schedule::Step`] calls a third and the cosine are those of the epochs behind it.
    pub fn rate(&self, initial: f64, epoch: usize, epochs: usize, warm_up: usize) -> f64 {
        if epoch <= warm_up {
            return initial * epoch as f64 / (warm_up as f64 + 1.0);
        }
        let (done, all) = (
            epoch.saturating_sub(1 + warm_up),
            epochs.saturating_sub(warm_up),
        );
        match self {
            Self::Constant => initial,
            Self::Step { milestones, factor } => {
                let passed = match milestones {
                    None => [all <= 3 * done, 2 * all <= 3 * done]
                        .iter()
                        .filter(|&&passed| passed)
                        .count(),
                    Some(milestones) => milestones.iter().filter(|&&at| at < epoch).count(),
                };
                // Divided by the reciprocal, which for 1/10 and the like is a whole number and loses nothing.
                initial / (0..passed).fold(1.0, |product, _| product * (1.0 / factor))
            }
            Self::Cosine { floor } => {
                let low = initial * floor;
                low + (initial - low) * (1.0 + (PI * done as f64 / all as f64).cos()) / 2.0
            }
        }
    }

    /// Checks that every option is in its range for a training of `epochs`.
    pub(crate) fn check(&self, epochs: usize) -> Result<(), SettingError> {
        match self {
            Self::Step { milestones, factor } => {
                let positive = *factor > 0.0 && *factor <= 1.0;
                let rule = "above 0 and at most 1";
                require(positive, "schedule.factor", factor, rule)?;
                let milestones = milestones.as_deref().unwrap_or_default();
                for pair in milestones.windows(2) {
                    let value = format!("{}, {}", pair[0], pair[1]);
                    let rising = pair[0] < pair[1];
                    let rule = "strictly increasing";
                    require(rising, "schedule.milestones", value, rule)?;
                }
                for &milestone in milestones {
                    let within = milestone > 0 && milestone < epochs;
                    let rule = "between 1 and the last epoch but one";
                    require(within, "schedule.milestones", milestone, rule)?;
                }
                Ok(())
            }
            Self::Cosine { floor } => {
                let rule = "at least 0 and below 1";
                let below_one = (0.0..1.0).contains(floor);
                require(below_one, "schedule.floor", floor, rule)
            }
            Self::Constant => Ok(()),
        }
    }

    /// The name it can be given by.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Step { .. } => "step",
            Self::Cosine { .. } => "cosine",
            Self::Constant => "constant",
        }
    }
}

impl FromStr for Schedule {
    type Err = String;

    /// The schedule of a name, with its default options.
    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "step" => Ok(Self::default()),
            "cosine" => Ok(Self::Cosine { floor: 0.0 }),
            "constant" => Ok(Self::Constant),
            _ => Err(format!(
                "unknown schedule `{name}`: {}choose one of {}",
                did_you_mean(name, SCHEDULE_NAMES),
                SCHEDULE_NAMES.join(", ")
            )),
        }
    }
}

/// The table a schedule with options is written as.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    milestones: Option<Vec<usize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<f64>,
}

impl Table {
    fn of(schedule: &Schedule) -> Self {
        let mut table = Self {
            name: schedule.name().to_owned(),
            ..Self::default()
        };
        match schedule {
            Schedule::Step { milestones, factor } => {
                table.milestones = milestones.clone();
                table.factor = (*factor != FACTOR).then_some(*factor);
            }
            Schedule::Cosine { floor } => table.floor = (*floor != 0.0).then_some(*floor),
            Schedule::Constant => {}
        }
        table
    }

    fn schedule(self) -> Result<Schedule, String> {
        let schedule = self.name.parse()?;
        let stray = |option: &str| {
            let name = &self.name;
            Err(format!(
                "the schedule `{name}` has no option `{option}`: remove it"
            ))
        };
        let step = matches!(schedule, Schedule::Step { .. });
        if !step && self.milestones.is_some() {
            return stray("milestones");
        }
        if !step && self.factor.is_some() {
            return stray("factor");
        }
        if self.floor.is_some() && !matches!(schedule, Schedule::Cosine { .. }) {
            return stray("floor");
        }
        Ok(match schedule {
            Schedule::Step { .. } => Schedule::Step {
                milestones: self.milestones,
                factor: self.factor.unwrap_or(FACTOR),
            },
            Schedule::Cosine { .. } => Schedule::Cosine {
                floor: self.floor.unwrap_or(0.0),
            },
            Schedule::Constant => Schedule::Constant,
        })
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let table = Table::of(self);
        if table.milestones.is_none() && table.factor.is_none() && table.floor.is_none() {
            return serializer.serialize_str(&table.name);
        }
        table.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        name_or_table(deserializer)
    }
}

impl<'de> NameOrTable<'de> for Schedule {
    const EXPECTED: &'static str = "the name of a schedule or a table with its `name`";

    fn of_name(name: &str) -> Result<Self, impl Display> {
        name.parse::<Self>()
    }

    fn of_table<D: Deserializer<'de>>(table: D) -> Result<Self, D::Error> {
        Table::deserialize(table)?
            .schedule()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(schedule: &Schedule, epochs: usize, warm_up: usize) -> Vec<f64> {
        (1..=epochs)
            .map(|epoch| schedule.rate(1.0, epoch, epochs, warm_up))
            .collect()
    }

    fn read(json: &str) -> Result<Schedule, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn step_divides_at_the_thirds() {
        // A third of 7 epochs is done after 2.33, two thirds after 4.67: the rate drops with epochs 4 and 6.
        assert_eq!(
            rates(&Schedule::default(), 7, 0),
            [1.0, 1.0, 1.0, 0.1, 0.1, 0.01, 0.01]
        );
        assert_eq!(rates(&Schedule::default(), 3, 0), [1.0, 0.1, 0.01]);
        // As it always was, to the last bit.
        assert_eq!(Schedule::default().rate(0.02, 3, 3, 0), 0.02 / 100.0);
    }

    #[test]
    fn own_milestones_are_numbers_of_epochs_done() {
        let schedule = Schedule::Step {
            milestones: Some(vec![1, 4]),
            factor: 0.5,
        };
        assert_eq!(rates(&schedule, 6, 0), [1.0, 0.5, 0.5, 0.5, 0.25, 0.25]);
        // They count the warm-up's epochs too.
        assert_eq!(
            rates(&schedule, 6, 1),
            [0.5, 0.5, 0.5, 0.5, 0.25, 0.25],
            "the first is half the rate because of the warm-up"
        );
    }

    #[test]
    fn cosine_goes_through_the_values_of_the_cosine() {
        let near = |found: Vec<f64>, wanted: &[f64]| {
            assert_eq!(found.len(), wanted.len());
            for (found, wanted) in found.iter().zip(wanted) {
                assert!((found - wanted).abs() < 1e-15, "{found} {wanted}");
            }
        };
        // cos 0, 60, 120 degrees and cos 0, 45, 90, 135 degrees.
        near(
            rates(&Schedule::Cosine { floor: 0.0 }, 3, 0),
            &[1.0, 0.75, 0.25],
        );
        let r = 0.5_f64.sqrt();
        near(
            rates(&Schedule::Cosine { floor: 0.2 }, 4, 0),
            &[1.0, 0.2 + 0.4 * (1.0 + r), 0.6, 0.2 + 0.4 * (1.0 - r)],
        );
    }

    #[test]
    fn a_warm_up_leads_up_to_any_schedule_over_the_rest() {
        assert_eq!(
            rates(&Schedule::Constant, 5, 3),
            [0.25, 0.5, 0.75, 1.0, 1.0]
        );
        // The 3 epochs behind the warm-up have the rates of a training of 3.
        assert_eq!(rates(&Schedule::default(), 4, 1), [0.5, 1.0, 0.1, 0.01]);
        let cosine = rates(&Schedule::Cosine { floor: 0.0 }, 5, 2);
        assert!((cosine[0] - 1.0 / 3.0).abs() < 1e-15 && cosine[2] == 1.0);
        assert!((cosine[4] - 0.25).abs() < 1e-15);
    }

    #[test]
    fn names_and_tables_are_read_and_written() {
        let cases = [
            (r#""step""#, Schedule::default()),
            (r#""constant""#, Schedule::Constant),
            (r#""cosine""#, Schedule::Cosine { floor: 0.0 }),
            (
                r#"{"name":"cosine","floor":0.01}"#,
                Schedule::Cosine { floor: 0.01 },
            ),
            (
                r#"{"name":"step","milestones":[3,5],"factor":0.2}"#,
                Schedule::Step {
                    milestones: Some(vec![3, 5]),
                    factor: 0.2,
                },
            ),
        ];
        for (json, schedule) in cases {
            assert_eq!(read(json), Ok(schedule.clone()));
            assert_eq!(serde_json::to_string(&schedule).expect("JSON"), json);
        }
        assert_eq!(read(r#"{"name":"step"}"#), Ok(Schedule::default()));
    }

    #[test]
    fn what_is_no_schedule_is_refused_by_name() {
        for (json, part) in [
            (
                r#""cosin""#,
                "unknown schedule `cosin`: did you mean `cosine`? else choose one of step",
            ),
            (r#"{"name":"cosine","factor":0.1}"#, "no option `factor`"),
            (r#"{"name":"constant","floor":0.1}"#, "no option `floor`"),
            (r#"{"name":"cosine","milestones":[1]}"#, "`milestones`"),
            (r#"{"name":"step","mile-stones":[1]}"#, "mile-stones"),
            ("3", "the name of a schedule"),
        ] {
            let error = read(json).expect_err(json);
            assert!(error.contains(part), "{json}: {error}");
        }
        let step = |milestones: &[usize], factor| Schedule::Step {
            milestones: Some(milestones.to_vec()),
            factor,
        };
        assert!(step(&[2, 9], 0.1).check(10).is_ok());
        assert!(step(&[2, 2], 0.1).check(10).is_err());
        assert!(step(&[2, 10], 0.1).check(10).is_err());
        assert!(step(&[0], 0.1).check(10).is_err());
        assert!(step(&[2], 0.0).check(10).is_err());
        assert!(step(&[2], f64::NAN).check(10).is_err());
        assert!(Schedule::Cosine { floor: 1.0 }.check(10).is_err());
        assert!(Schedule::Cosine { floor: f64::NAN }.check(10).is_err());
    }
}
