//! The analyses that belong in one picture.

use crate::wording::{operator_name, operator_rank, split_name};
use hesscope_records::Analysis;

/// The analyses of one split at one epoch, in the order Hess, G, H and others.
#[derive(Clone, Debug)]
pub(crate) struct Group<'a> {
    pub(crate) split: &'a str,
    pub(crate) epoch: usize,
    pub(crate) analyses: Vec<&'a Analysis>,
}

/// All groups: latest epoch first, the training split before others.
pub(crate) fn groups(analyses: &[Analysis]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for analysis in analyses {
        let settings = &analysis.settings;
        match groups
            .iter_mut()
            .find(|group| group.split == settings.split && group.epoch == settings.epoch)
        {
            Some(group) => group.analyses.push(analysis),
            None => groups.push(Group {
                split: &settings.split,
                epoch: settings.epoch,
                analyses: vec![analysis],
            }),
        }
    }
    for group in &mut groups {
        group.analyses.sort_by_key(|analysis| {
            let operator = analysis.settings.operator.as_str();
            (operator_rank(operator), operator, analysis.key.as_str())
        });
    }
    groups.sort_by(|a, b| {
        (b.epoch, a.split != "train", a.split).cmp(&(a.epoch, b.split != "train", b.split))
    });
    groups
}

impl Group<'_> {
    /// `training split, epoch 20`.
    pub(crate) fn title(&self) -> String {
        let split = split_name(self.split);
        format!("{split} split, epoch {}", self.epoch)
    }

    /// A name for files and ids; a split's name is letters and digits.
    pub(crate) fn slug(&self) -> String {
        format!("{}-epoch-{}", self.split, self.epoch)
    }

    /// The operator's name, with the head of the key where two analyses of the group share an operator.
    pub(crate) fn name(&self, analysis: &Analysis) -> String {
        let operator = &analysis.settings.operator;
        let same = |other: &&&Analysis| other.settings.operator == *operator;
        let name = operator_name(operator);
        if self.analyses.iter().filter(same).count() > 1 {
            let key: String = analysis.key.chars().take(8).collect();
            format!("{name} ({key})")
        } else {
            name
        }
    }
}
