//! The analyses that belong in one picture.

use crate::named_spectrum::NamedSpectrum;
use crate::text::differences::differences;
use crate::text::names::{operator_name, short_hash, subject_title};
use crate::text::numbers::{integer, short};
use hesscope_records::{Analysis, Split};

/// The analyses of one split at one epoch, in the order Hess, G, H and others.
#[derive(Clone, Debug)]
pub(super) struct Group<'a> {
    pub(super) split: Split,
    pub(super) epoch: usize,
    pub(super) analyses: Vec<&'a Analysis>,
}

/// The order in which operators are shown; others follow by name.
const ORDER: [&str; 8] = ["hess", "g", "h", "a1", "a2", "a1+a2", "b1", "b2"];

/// All groups: latest epoch first, the training split before the test split.
pub(super) fn groups(analyses: &[Analysis]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for analysis in analyses {
        let subject = &analysis.settings.subject;
        let (split, epoch) = (subject.split, subject.epoch);
        let known = groups
            .iter_mut()
            .find(|group| (group.split, group.epoch) == (split, epoch));
        match known {
            Some(group) => group.analyses.push(analysis),
            None => groups.push(Group {
                split,
                epoch,
                analyses: vec![analysis],
            }),
        }
    }
    for group in &mut groups {
        group.analyses.sort_by_key(|analysis| {
            let operator = analysis.settings.operator.to_string();
            let rank = ORDER.iter().position(|known| *known == operator);
            (rank.unwrap_or(ORDER.len()), operator, &analysis.origin.key)
        });
    }
    groups.sort_by_key(|group| (std::cmp::Reverse(group.epoch), group.split));
    groups
}

impl<'a> Group<'a> {
    /// `Training split, epoch 20`.
    pub(super) fn title(&self) -> String {
        let first = self.analyses.first();
        first.map_or(String::new(), |analysis| {
            subject_title(&analysis.settings.subject)
        })
    }

    /// A name for files and ids.
    pub(super) fn slug(&self) -> String {
        format!("{}-epoch-{}", self.split, self.epoch)
    }

    /// The spectra under their operators' names, with what tells them apart where some share an operator.
    pub(super) fn spectra(&self) -> Vec<NamedSpectrum<'a>> {
        let name = |analysis: &'a Analysis| {
            let operator = analysis.settings.operator;
            let all = self.analyses.iter().copied();
            let same: Vec<&Analysis> = all
                .filter(|other| other.settings.operator == operator)
                .collect();
            let name = operator_name(operator);
            if same.len() < 2 {
                return name;
            }
            let facts: Vec<_> = same.iter().map(|analysis| facts(analysis)).collect();
            let keys: Vec<_> = same
                .iter()
                .map(|analysis| short_hash(&analysis.origin.key, 8))
                .collect();
            let names = differences(&facts, &keys).into_iter().zip(&same);
            let mut own = names.filter(|(_, other)| std::ptr::eq(**other, analysis));
            own.next()
                .map_or(name.clone(), |(told, _)| format!("{name} ({told})"))
        };
        let named = |analysis: &&'a Analysis| NamedSpectrum::of_analysis(name(analysis), analysis);
        self.analyses.iter().map(named).collect()
    }

    /// The analyses with their names.
    pub(super) fn named(&self) -> impl Iterator<Item = (String, &'a Analysis)> {
        let names = self.spectra().into_iter().map(|named| named.name);
        names.zip(self.analyses.clone())
    }
}

/// How an analysis was made, as far as it can tell two of one operator apart, in words.
fn facts(analysis: &Analysis) -> Vec<String> {
    let (subject, effort) = (&analysis.settings.subject, &analysis.settings.effort);
    let leading = &effort.leading;
    let or_none = |what: &str, value: Option<f64>| {
        value.map_or_else(
            || format!("no {what}"),
            |value| format!("{what} {}", short(value)),
        )
    };
    vec![
        format!("{} probes", integer(effort.probes)),
        if effort.from_leading {
            "density from the range".into()
        } else {
            "density apart".into()
        },
        format!("{} Lanczos steps", integer(effort.lanczos_steps)),
        or_none("density error", effort.density_error),
        format!("range of {} steps", integer(leading.range_steps)),
        format!("{} eigenpairs", integer(leading.top)),
        format!("tolerance {}", short(leading.subspace_tolerance)),
        format!("{:?} reorthogonalisation", leading.reorthogonalisation).to_lowercase(),
        or_none("atom fraction", effort.atom_fraction),
        format!("seed {}", leading.seed),
        subject.precision.to_string(),
        format!("N = {}", integer(analysis.examples)),
        analysis.origin.device.clone(),
    ]
}
