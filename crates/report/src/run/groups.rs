//! The analyses that belong in one picture.

use crate::named_spectrum::NamedSpectrum;
use crate::text::names::{operator_name, short_hash, subject_title};
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

    /// The spectra under their operators' names, with the head of the key where two share an operator.
    pub(super) fn spectra(&self) -> Vec<NamedSpectrum<'a>> {
        let name = |analysis: &Analysis| {
            let operator = analysis.settings.operator;
            let same = |other: &&&Analysis| other.settings.operator == operator;
            let name = operator_name(operator);
            if self.analyses.iter().filter(same).count() > 1 {
                format!("{name} ({})", short_hash(&analysis.origin.key, 8))
            } else {
                name
            }
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
