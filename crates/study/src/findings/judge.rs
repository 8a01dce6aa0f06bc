//! The findings on one network: found in its run's folder, or measured and judged.

use std::time::Instant;

use hesscope_records::record::{find_or_make, key};
use hesscope_records::{Findings, FindingsSettings, Kept, Origin};

use super::evidence::evidence;
use super::operators::operators;
use super::rules::{bounds, findings};
use crate::error::StudyError;
use crate::measure::{Opened, analysis_settings, forget_snapshots};

/// Judges every finding of the papers on an opened checkpoint, with so many probes of the energies of the bulk.
///
/// # Errors
///
/// A number of probes out of range, what the measurements fail with, and a folder that cannot be read or written.
pub fn judge(opened: &Opened<'_>, energy_probes: usize) -> Result<Kept<Findings>, StudyError> {
    if !(2..=1_000_000).contains(&energy_probes) {
        return Err(StudyError::setting(format!(
            "--energy-probes is {energy_probes}: give a number from 2 to 1000000, since one probe has no error bar"
        )));
    }
    let settings = settings(opened, energy_probes);
    let key = key(&settings);
    let root = opened.run().folder().root();
    let kept = find_or_make(root, settings, |settings| {
        let start = Instant::now();
        let evidence = evidence(opened, &settings, &key)?;
        Ok::<_, StudyError>(Findings {
            findings: findings(&evidence),
            evidence,
            origin: Origin::of(
                &settings,
                opened.run().device_name(),
                start.elapsed().as_secs_f64(),
            ),
            settings,
        })
    })?;
    opened.tell_source("findings", &kept);
    forget_snapshots(opened.run().folder(), &key);
    Ok(kept)
}

/// What determines the findings.
fn settings(opened: &Opened<'_>, energy_probes: usize) -> FindingsSettings {
    let analyses = operators(opened.run().classes())
        .into_iter()
        .map(|operator| (operator, key(&analysis_settings(opened, operator))))
        .collect();
    FindingsSettings {
        rules: bounds::VERSION,
        subject: opened.subject().clone(),
        analyses,
        energy_probes,
        seed: opened.run().settings().all_seeds().probes,
    }
}
