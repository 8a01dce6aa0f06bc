//! Where outliers come to stand apart from the bulk, along a row or a column of the grid.

use hesscope_records::{
    Along, Between, DynamicsCell, DynamicsSettings, Terms, Transition, TransitionOutcome,
};

/// **Rule.** A place of the grid is decided where outliers stand apart, a count of at least one whose separation is of the
/// least factor, error bar included, or where there are none. Along a row or column, undecided places are passed over. The
/// change lies between the last decided place before it and the first behind it, which are neighbours on the grid unless
/// undecided places lie between them; that is its uncertainty. More than one change is no transition.
fn locate(places: &[(String, Option<bool>)]) -> TransitionOutcome {
    let decided: Vec<(&String, bool)> = places
        .iter()
        .filter_map(|(name, apart)| Some((name, (*apart)?)))
        .collect();
    let Some(&(_, first)) = decided.first() else {
        return TransitionOutcome::Undecided;
    };
    let changes: Vec<usize> = (1..decided.len())
        .filter(|&i| decided[i].1 != decided[i - 1].1)
        .collect();
    match changes[..] {
        [] if first => TransitionOutcome::Throughout,
        [] => TransitionOutcome::Never,
        [at] => {
            let between = Between {
                after: decided[at - 1].0.clone(),
                by: decided[at].0.clone(),
                agreed: at >= 2 && decided.len() - at >= 2,
            };
            if first {
                TransitionOutcome::Disappears(between)
            } else {
                TransitionOutcome::Appears(between)
            }
        }
        _ => TransitionOutcome::OnAndOff,
    }
}

/// Every operator along every row, then along every column.
pub fn all(cells: &[DynamicsCell], settings: &DynamicsSettings) -> Vec<Transition> {
    let sizes = || settings.sizes.iter().map(|(size, _)| size);
    let epochs = || settings.epochs.iter().copied();
    let apart = |operator: Terms, size: &String, epoch: usize| {
        let cell = cells
            .iter()
            .find(|cell| cell.size == *size && cell.epoch == epoch)?;
        cell.spectra
            .iter()
            .find(|found| found.operator == operator)?
            .apart
    };
    let mut transitions = Vec::new();
    for &operator in &settings.operators {
        let mut add = |along, at: String, places: Vec<_>| {
            transitions.push(Transition {
                operator,
                along,
                at,
                outcome: locate(&places),
            });
        };
        for size in sizes() {
            let place = |epoch: usize| (epoch.to_string(), apart(operator, size, epoch));
            add(Along::Epochs, size.clone(), epochs().map(place).collect());
        }
        for epoch in epochs() {
            let place = |size: &String| (size.clone(), apart(operator, size, epoch));
            add(
                Along::Sizes,
                epoch.to_string(),
                sizes().map(place).collect(),
            );
        }
    }
    transitions
}

#[cfg(test)]
mod tests {
    use super::*;

    const YES: Option<bool> = Some(true);
    const NO: Option<bool> = Some(false);

    fn located(states: &[Option<bool>]) -> TransitionOutcome {
        let places: Vec<_> = states
            .iter()
            .enumerate()
            .map(|(i, state)| (i.to_string(), *state))
            .collect();
        locate(&places)
    }

    fn between(after: &str, by: &str, agreed: bool) -> Between {
        Between {
            after: after.into(),
            by: by.into(),
            agreed,
        }
    }

    #[test]
    fn a_single_change_is_between_neighbours() {
        use TransitionOutcome::*;
        assert_eq!(
            located(&[NO, NO, YES, YES]),
            Appears(between("1", "2", true))
        );
        assert_eq!(located(&[NO, YES, YES]), Appears(between("0", "1", false)));
        assert_eq!(
            located(&[NO, NO, NO, YES]),
            Appears(between("2", "3", false))
        );
        assert_eq!(
            located(&[YES, YES, NO, NO]),
            Disappears(between("1", "2", true))
        );
    }

    #[test]
    fn undecided_places_widen_it() {
        use TransitionOutcome::*;
        assert_eq!(
            located(&[None, NO, NO, None, YES, YES, None]),
            Appears(between("2", "4", true))
        );
    }

    #[test]
    fn without_a_single_change_there_is_none() {
        use TransitionOutcome::*;
        assert_eq!(located(&[]), Undecided);
        assert_eq!(located(&[None, None]), Undecided);
        assert_eq!(located(&[NO, None]), Never);
        assert_eq!(located(&[None, YES]), Throughout);
        assert_eq!(located(&[NO, YES, NO]), OnAndOff);
        assert_eq!(located(&[YES, NO, None, YES]), OnAndOff);
    }
}
