//! The energies of G and H in the bulk of Hess, probe by probe, kept on the way.

use std::fs;

use hesscope_hvp::{Array, Part, Problem};
use hesscope_spectral::{Deflated, Eigenpairs, EnergySamples};

use crate::counted::Counted;
use crate::failure::Failure;
use crate::folder::RunFolder;
use crate::partial;

/// Keeps these probes apart from those of the density.
const STREAM: u64 = 0x656e_6572_6779_2121;

/// The samples of so many probes, with the span of orthonormal vectors projected out; those that `key` has already in the
/// folder are not drawn again.
pub fn samples(
    folder: &RunFolder,
    problem: &Problem,
    outliers: &Eigenpairs<Array>,
    probes: usize,
    seed: u64,
    key: &str,
) -> Result<EnergySamples, Failure> {
    let name = format!("{}/{}/energy.json", partial::FOLDER, &key[..12]);
    let path = folder.root().join(&name);
    // What does not read is drawn again.
    let mut samples = fs::read(&path)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<EnergySamples>(&bytes).ok())
        .filter(|samples| samples.is_sound() && samples.len() <= probes)
        .unwrap_or_default();
    let left = probes - samples.len();
    let of = |part: Part, name: &str| {
        let message = format!("the energy of {name} in the bulk");
        Counted::new(problem.operator(part), left, message)
    };
    let (g, h) = (of(Part::G, "G"), of(Part::H, "H"));
    let g = Deflated::new(&g, outliers)?;
    let h = Deflated::new(&h, outliers)?;
    let block = problem.directions().max(1);
    while samples.len() < probes {
        let count = block.min(probes - samples.len());
        samples.extend(&g, &h, seed ^ STREAM, count)?;
        folder.write(&name, &serde_json::to_vec(&samples)?)?;
    }
    Ok(samples)
}
