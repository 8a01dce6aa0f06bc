//! How fast a device is: measured here, or known of a card.

use std::fmt;
use std::str::FromStr;
use std::time::Instant;

use hesscope_hvp::ParameterSpace;
use hesscope_records::{Part, Speed, Terms, Timed};
use hesscope_spectral::VectorSpace;

use super::extent::{Extent, built_in};
use crate::error::StudyError;
use crate::observer::Observer;
use crate::settings::Settings;
use crate::speed::{SpeedRequest, speed};

/// Vectors that are multiplied together where many are at hand.
const TOGETHER: usize = 8;

/// Examples that products are timed over: as many as fill a device, and on a CPU as take about so many multiplications with
/// eight vectors, but no fewer than fill its cores.
const TIMED: [usize; 2] = [8, 512];
const MULTIPLY_ADDS: usize = 30_000_000_000;

/// Bytes of a basis that is read to measure how fast that goes.
const READ: usize = 1 << 28;

/// Seconds that one measurement may take.
const LIMIT: f64 = 120.0;

/// A card whose rates were measured; see `docs/devices.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    name: &'static str,
    /// Floating-point operations a second in products with one vector, and with eight, thousand millions: the slower of
    /// VGG11 and ResNet18 in float32.
    products: [u32; 2],
    /// The same in a step of training.
    training: u32,
    /// Bytes a second that vectors are read with, thousand millions: half of what the maker states, since it was not measured.
    memory: u32,
    /// GiB that it has.
    size: usize,
}

impl Card {
    /// Bytes that vectors and tensors may take: as many MiB as the settings allow, or three quarters of its memory.
    pub fn room(self, allowed_mib: Option<usize>) -> usize {
        allowed_mib.map_or((self.size * 3) << 28, |mib| mib << 20)
    }
}

/// The cards that are known.
const CARDS: [Card; 1] = [Card {
    name: "h200",
    products: [39_300, 50_400],
    training: 6_300,
    memory: 2_400,
    size: 139,
}];

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl FromStr for Card {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = CARDS.into_iter().find(|card| card.name == name);
        found.ok_or_else(|| {
            let known: Vec<&str> = CARDS.iter().map(|card| card.name).collect();
            format!(
                "there are no measured rates of a card `{name}`: choose {}, or `measured` on a machine that has it",
                known.join(", ")
            )
        })
    }
}

/// How fast a device is at a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates {
    /// Seconds for an example and a vector, of one vector alone and of many together, of each operator.
    pub products: Vec<(Terms, [f64; 2])>,
    /// Seconds for an example of a step of training.
    pub step: f64,
    /// Bytes a second that vectors are read with.
    pub memory: f64,
}

impl Rates {
    /// Those of a card for the network of the settings, by the arithmetic of its layers.
    ///
    /// # Errors
    ///
    /// A network that cannot be made.
    pub fn of_card(card: Card, settings: &Settings, extent: Extent) -> Result<Self, StudyError> {
        let (_, multiply_adds) = extent.of_network(built_in(settings)?)?;
        let seconds =
            |passes: f64, rate: u32| 2.0 * multiply_adds as f64 * passes / (f64::from(rate) * 1e9);
        let product = |&operator: &Terms| {
            let passes = |vectors: usize| {
                hesscope_hvp::forward_passes(operator, vectors) as f64 / vectors as f64
            };
            let [one, many] = card.products;
            (
                operator,
                [seconds(passes(1), one), seconds(passes(TOGETHER), many)],
            )
        };
        Ok(Rates {
            products: settings.analysis.operators.iter().map(product).collect(),
            // A gradient is three forward passes.
            step: seconds(3.0, card.training),
            memory: f64::from(card.memory) * 1e9,
        })
    }

    /// Those of the device of the settings, measured now on random weights, and on random images where the extent
    /// is assumed.
    ///
    /// # Errors
    ///
    /// A device that cannot be had, and products that cannot be formed in time.
    pub fn measured(
        settings: &Settings,
        extent: Extent,
        observer: &dyn Observer,
    ) -> Result<Self, StudyError> {
        let (parameters, multiply_adds) = extent.of_network(built_in(settings)?)?;
        let request = request(settings, extent, multiply_adds)?;
        let memory = reading(parameters, settings)?;
        Self::of_speed(&speed(&request, None, observer)?, memory)
    }

    fn of_speed(speed: &Speed, memory: f64) -> Result<Self, StudyError> {
        let Some(network) = speed.networks.first() else {
            return Err(StudyError::Fault("nothing was measured".into()));
        };
        let seconds = |timed: &Timed| match timed {
            Timed::Done(times) => Ok(times.milliseconds.median / 1e3),
            Timed::NotDone(reason) => Err(StudyError::setting(format!(
                "nothing can be planned without a measurement: {reason}"
            ))),
        };
        let mut products: Vec<(Terms, [f64; 2])> = Vec::new();
        for product in &network.products {
            let time = seconds(&product.timed)?;
            match products
                .iter_mut()
                .find(|(operator, _)| *operator == product.operator)
            {
                Some((_, times)) => times[1] = time,
                None => products.push((product.operator, [time, time])),
            }
        }
        let step = network.training.as_ref().map(seconds).transpose()?;
        Ok(Rates {
            products,
            step: step.unwrap_or(0.0),
            memory,
        })
    }

    /// Seconds for an example and a vector, of so many together: a part that all share, and one for each.
    pub(super) fn product(&self, operator: Terms, together: usize) -> f64 {
        let found = self.products.iter().find(|(known, _)| *known == operator);
        let [one, many] = found.map_or([0.0; 2], |(_, times)| *times);
        let width = TOGETHER as f64;
        // t(K) = each + shared / K through both measurements.
        let shared = (one - many) / (1.0 - 1.0 / width);
        (one - shared + shared / together.clamp(1, TOGETHER) as f64).max(0.0)
    }
}

/// What is timed: the products and the training of the settings, on their data or on random images of an assumed extent.
fn request(
    settings: &Settings,
    extent: Extent,
    multiply_adds: usize,
) -> Result<SpeedRequest, StudyError> {
    let product = multiply_adds * hesscope_hvp::forward_passes(Part::Hess.into(), TOGETHER);
    let [least, most] = TIMED;
    let fitting = match settings.device.kind.is_gpu() {
        true => most,
        false => (MULTIPLY_ADDS / product.max(1)).clamp(least, most),
    };
    Ok(SpeedRequest {
        device: settings.device,
        precision: settings.precision,
        networks: vec![built_in(settings)?.clone()],
        operators: settings.analysis.operators.clone(),
        directions: vec![1, TOGETHER],
        examples: extent.examples[0].min(fitting),
        input: extent.input,
        data: extent.of_data.then(|| settings.clone()),
        products: true,
        training: true,
        training_batch: settings.train.batch_size,
        memory_mib: settings.analysis.memory_mib,
        time_limit: LIMIT,
        seed: settings.seed,
    })
}

/// Bytes a second that inner products of vectors of so many numbers read a basis with.
fn reading(parameters: usize, settings: &Settings) -> Result<f64, StudyError> {
    let device = settings.device.open(settings.precision)?;
    let space = ParameterSpace::new(parameters, settings.precision, device);
    let bytes = parameters * settings.precision.bytes();
    let basis = vec![space.zeros(); (READ / bytes.max(1)).clamp(2, 64)];
    let mut best = f64::INFINITY;
    for _ in 0..4 {
        let start = Instant::now();
        // The sums are read, so that they have been computed.
        std::hint::black_box(space.gram(&basis, &basis[..2]));
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok((basis.len() * bytes) as f64 / best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_assumed_is_timed_in_place_of_the_data() {
        let settings = Settings::default();
        let assumed = Extent {
            examples: [1_000_000, 0],
            classes: 1000,
            input: [3, 224, 224],
            of_data: false,
        };
        let request =
            |extent, multiply_adds| request(&settings, extent, multiply_adds).expect("a request");
        let large = request(assumed, 1_800_000_000);
        assert_eq!(
            (large.data, large.input, large.examples),
            (None, [3, 224, 224], 8)
        );
        let of_data = Extent {
            of_data: true,
            ..assumed
        };
        let small = request(of_data, 1000);
        assert_eq!((small.data, small.examples), (Some(settings.clone()), 512));
    }
}
