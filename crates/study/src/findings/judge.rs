//! The findings on one network: found in its run's folder, or measured and judged.

use std::time::Instant;

use hesscope_records::record::{find_or_make, key};
use hesscope_records::{Findings, FindingsSettings, Kept};

use super::evidence::evidence;
use super::operators::operators;
use super::rules::{bounds, findings, notes};
use crate::counts::{MOST, require_count};
use crate::error::StudyError;
use crate::measure::{Opened, analysis_settings, forget_law, forget_snapshots, law_effort};

/// How much work goes into the findings, beside that of the spectra.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingsRequest {
    /// Probes of the energies of the bulk.
    pub energy_probes: usize,
    /// Probes of the density of H whose law is judged; chosen by the size of the network if absent.
    pub law_probes: Option<usize>,
    /// Lanczos steps of each of these.
    pub law_steps: Option<usize>,
}

impl FindingsRequest {
    /// Checks every number, by the name of its flag.
    ///
    /// # Errors
    ///
    /// The first that is out of its range.
    pub fn check(&self) -> Result<(), StudyError> {
        let FindingsRequest { energy_probes, .. } = self;
        if !(2..=MOST).contains(energy_probes) {
            return Err(StudyError::setting(format!(
                "--energy-probes is {energy_probes}: give at least 2, since one probe has no error bar, and at most {MOST}"
            )));
        }
        for (flag, value) in [
            ("--law-probes", self.law_probes),
            ("--law-steps", self.law_steps),
        ] {
            if let Some(value) = value {
                require_count(flag, value, MOST)?;
            }
        }
        Ok(())
    }
}

/// Judges every finding that one network can show on an opened checkpoint.
///
/// # Errors
///
/// A number out of range, what the measurements fail with, and a folder that cannot be read or written.
pub fn judge(opened: &Opened<'_>, request: &FindingsRequest) -> Result<Kept<Findings>, StudyError> {
    request.check()?;
    let settings = settings(opened, request);
    let key = key(&settings);
    let root = opened.run().folder().root();
    let kept = find_or_make(root, settings, |settings| {
        let start = Instant::now();
        let evidence = evidence(opened, &settings, &key)?;
        Ok::<_, StudyError>(Findings {
            findings: findings(&evidence),
            notes: notes(&evidence),
            evidence,
            origin: opened.origin(&settings, start),
            settings,
        })
    })?;
    opened.tell_source("findings", &kept);
    forget_snapshots(opened.run().folder(), &key);
    forget_law(opened, &key);
    Ok(kept)
}

/// What determines the findings.
fn settings(opened: &Opened<'_>, request: &FindingsRequest) -> FindingsSettings {
    let analyses = operators()
        .into_iter()
        .map(|operator| (operator, key(&analysis_settings(opened, operator))))
        .collect();
    FindingsSettings {
        rules: bounds::VERSION,
        subject: opened.subject().clone(),
        analyses,
        energy_probes: request.energy_probes,
        law: law_effort(opened, request.law_probes, request.law_steps),
        seed: opened.run().settings().all_seeds().probes,
    }
}
