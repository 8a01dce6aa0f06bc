//! The energies of G and H in the bulk of Hess, probe by probe, kept on the way.

use std::fs;
use std::path::PathBuf;

use hesscope_files::sealed::check_json;
use hesscope_hvp::Array;
use hesscope_measure::ObservedOperator;
use hesscope_records::Part;
use hesscope_records::record::write_at;
use hesscope_spectral::{Deflated, Eigenpairs, EnergySamples};
use serde::{Deserialize, Serialize};

use super::opened::Opened;
use super::snapshots::folder_of;
use crate::error::StudyError;

/// Keeps these probes apart from those of the density.
const STREAM: u64 = 0x656e_6572_6779_2121;

/// The samples drawn so far, and what they are of.
#[derive(Serialize, Deserialize)]
struct KeptSamples {
    key: String,
    samples: EnergySamples,
}

fn file(opened: &Opened<'_>, key: &str) -> PathBuf {
    folder_of(opened.run().folder(), key).join("energy.json")
}

/// What the folder has of these samples. What is damaged, or of another key, is drawn again.
fn earlier(opened: &Opened<'_>, key: &str, probes: usize) -> EnergySamples {
    let read = || -> Option<EnergySamples> {
        let bytes = fs::read(file(opened, key)).ok()?;
        let kept: KeptSamples = serde_json::from_str(check_json(&bytes).ok()?).ok()?;
        (kept.key == key).then_some(kept.samples)
    };
    read()
        .filter(|samples| samples.is_sound() && samples.len() <= probes)
        .unwrap_or_default()
}

/// The samples of so many probes, with the span of orthonormal vectors projected out; those that `key` has already in the
/// folder are not drawn again.
///
/// # Errors
///
/// What the products fail with, and a folder that cannot be written.
pub fn bulk_energy(
    opened: &Opened<'_>,
    outliers: &Eigenpairs<Array>,
    probes: usize,
    seed: u64,
    key: &str,
) -> Result<EnergySamples, StudyError> {
    let (problem, observer) = (opened.problem()?, opened.observer());
    let mut samples = earlier(opened, key, probes);
    observer.begin(
        "energies of G and H in the bulk",
        2 * (probes - samples.len()),
    );
    let (g, h) = (problem.operator(Part::G), problem.operator(Part::H));
    let g = ObservedOperator::new(&g, observer);
    let h = ObservedOperator::new(&h, observer);
    let g = Deflated::new(&g, outliers)?;
    let h = Deflated::new(&h, outliers)?;
    let block = problem.directions().max(1);
    while samples.len() < probes {
        let count = block.min(probes - samples.len());
        samples.extend(&g, &h, seed ^ STREAM, count)?;
        let kept = KeptSamples {
            key: key.to_owned(),
            samples,
        };
        write_at(&file(opened, key), &kept)?;
        samples = kept.samples;
    }
    Ok(samples)
}
