//! One configuration on several devices, beside the CPU in float64.

use std::time::Instant;

use burn::tensor::Device;
use hesscope_models::{BatchSource, ImportOptions, import_weights_with};
use hesscope_records::{
    Compared, Comparison, ComparisonSettings, Deviation, Origin, Precision, Quantity,
};

use super::deviation::{of_largest, of_norms};
use super::measured::{Measured, Subject};
use super::request::CompareRequest;
use super::verdict::{Candidate, deviation, of_spectra};
use crate::device::{DeviceName, Room};
use crate::error::StudyError;
use crate::model::{Model, OnnxModel};
use crate::observer::{Event, Observer};
use crate::run::require_class;
use crate::settings::{NetSettings, Settings};
use crate::source::Sources;

/// Gives one network, initialised once on the CPU, to every device in every precision, and compares what each gives with the
/// CPU in float64: logits, products, leading eigenvalues and densities.
///
/// A device that fails on the way is said so in its place, and the rest goes on.
///
/// # Errors
///
/// Before anything is computed: devices, precisions, data or a network that cannot be had. Then what the reference fails
/// with.
pub fn compare_devices(
    request: &CompareRequest,
    observer: &dyn Observer,
) -> Result<Comparison, StudyError> {
    request.check()?;
    let mut candidates = Vec::new();
    for &name in &request.devices {
        for &precision in &request.precisions {
            let device = name.open(precision)?;
            candidates.push((name, precision, device));
        }
    }
    let settings = &request.settings;
    let sources = Sources::load(settings, observer)?;
    for &operator in &settings.analysis.operators {
        require_class(operator, sources.train.classes())?;
    }
    let network = network(settings, &sources)?;
    let subject = Subject {
        settings,
        network: &network,
        source: &sources.train,
        vectors: request.vectors,
    };
    let start = Instant::now();
    let host = Device::flex();
    observer.event(Event::Note("the reference: the CPU in float64"));
    let reference = subject.measure(DeviceName::default(), &host, Precision::F64, observer)?;
    let mut compared = Vec::new();
    for (name, precision, device) in &candidates {
        let candidate = Candidate {
            name: format!("{name}, {precision}"),
            device: name.describe(device),
            precision: *precision,
        };
        observer.event(Event::Note(&format!("{}, {precision}", candidate.device)));
        compared.push(match subject.measure(*name, device, *precision, observer) {
            Ok(found) => {
                let mut compared =
                    candidate.compared(deviations(&reference, &found)?, found.seconds);
                compared.product_seconds = Some(found.product_seconds);
                compared.reserved_bytes = found.reserved_bytes;
                compared
            }
            Err(error) => candidate.failed(&error),
        });
    }
    let on_cpu = |(name, precision, _): &(DeviceName, Precision, _)| {
        *name == DeviceName::default() && *precision == Precision::F32
    };
    if let Some(place) = candidates.iter().position(on_cpu) {
        judge_by_rounding(&mut compared, place);
    }
    let words = DeviceName::default().describe(&host);
    let settings = ComparisonSettings {
        reference: format!("{words}, in float64"),
        compared: compared.iter().map(|it| it.name.clone()).collect(),
        dataset: settings.dataset.to_string(),
        network: settings.net.name().into_owned(),
        operators: settings.analysis.operators.clone(),
        vectors: request.vectors,
        seed: settings.seed,
    };
    Ok(Comparison {
        origin: Origin::of(&settings, &words, start.elapsed().as_secs_f64()),
        settings,
        dimension: network.num_parameters(),
        classes: network.classes(),
        examples: sources.train.len(),
        compared,
    })
}

/// Of what the CPU is off by in float32, as much as other devices may be.
const OF_CPU: f64 = 1.5;

/// The most that rounding explains.
const MOST: f64 = 1e-3;

/// Lets float32 be off by about as much everywhere as it is on the CPU, which is `compared[cpu]`: a unit within rounding of a kink
/// may rightly fall on either side of it, which changes products by its example's share.
fn judge_by_rounding(compared: &mut [Compared], cpu: usize) {
    let Some(off) = compared[cpu].largest() else {
        return;
    };
    for it in compared {
        if it.precision == Precision::F32 {
            it.judge((OF_CPU * off).min(MOST).max(it.tolerance));
        }
    }
}

/// The network of the settings, on the CPU.
fn network(settings: &Settings, sources: &Sources) -> Result<Model, StudyError> {
    let host = Device::flex();
    let net = match &settings.net {
        NetSettings::BuiltIn(net) => net,
        NetSettings::Onnx(model) => {
            let model = OnnxModel::open(model, &sources.train.extents())?;
            return Ok(Model::Onnx(Box::new(model)));
        }
    };
    sources.train.require_images()?;
    let (input, classes) = (sources.train.shape(), sources.train.classes());
    Room::of_host(settings.analysis.memory_mib).require(net, input, classes)?;
    Ok(Model::BuiltIn(Box::new(match &settings.weights {
        Some(path) => {
            let options = ImportOptions {
                allow_extra: settings.weights_allow_extra,
                ..ImportOptions::default()
            };
            import_weights_with(path, net, input, classes, &host, options)?
        }
        None => {
            let seed = settings.all_seeds().weights;
            net.init(input, classes, seed, &host)?
        }
    })))
}

fn deviations(reference: &Measured, found: &Measured) -> Result<Vec<Deviation>, StudyError> {
    let logits = of_largest(&reference.logits, &found.logits);
    let mut all = vec![deviation(Quantity::Logits, None, None, logits)];
    for (one, other) in reference.operators.iter().zip(&found.operators) {
        let products = one.products.iter().zip(&other.products);
        let largest = products
            .map(|(one, other)| of_norms(one, other))
            .reduce(|a, b| if a.is_nan() || a > b { a } else { b })
            .unwrap_or(f64::INFINITY);
        let operator = one.operator;
        all.push(deviation(Quantity::Products, Some(operator), None, largest));
        all.extend(of_spectra(operator, None, &one.spectrum, &other.spectrum)?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(precision: Precision, off: f64) -> Compared {
        let candidate = Candidate {
            name: "one".into(),
            device: "a device".into(),
            precision,
        };
        candidate.compared(vec![deviation(Quantity::Products, None, None, off)], 1.0)
    }

    #[test]
    fn float32_is_judged_by_what_it_leaves_on_the_cpu() {
        let judged = |on_cpu: f64, off: f64| {
            let all = [
                (Precision::F32, on_cpu),
                (Precision::F32, off),
                (Precision::F64, off),
            ];
            let mut all = all.map(|(precision, off)| compared(precision, off));
            judge_by_rounding(&mut all, 0);
            all.map(|it| it.agrees)
        };
        assert_eq!(judged(1e-7, 9e-5), [true, true, false]);
        assert_eq!(judged(1e-7, 2e-4), [true, false, false]);
        assert_eq!(judged(3.7e-4, 3.8e-4), [true, true, false]);
        assert_eq!(judged(3.7e-4, 6e-4), [true, false, false]);
        // Rounding explains no more than so much.
        assert_eq!(judged(5e-3, 5e-3), [false, false, false]);
        assert_eq!(judged(f64::NAN, 2e-4), [false, false, false]);
    }
}
