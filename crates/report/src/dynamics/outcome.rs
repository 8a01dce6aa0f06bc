//! What is found of a transition, in words.

use hesscope_records::{Between, TransitionOutcome};

/// An outcome in a few words, with what its places are named after before the first, as in `appear between epoch 5 and 20`.
pub(crate) fn outcome_words(outcome: &TransitionOutcome, what: &str) -> String {
    let place = |between: &Between| {
        let agreed = if between.agreed {
            ""
        } else {
            " (not confirmed by neighbours)"
        };
        format!("between {what}{} and {}{agreed}", between.after, between.by)
    };
    match outcome {
        TransitionOutcome::Undecided => "undecided".to_owned(),
        TransitionOutcome::Never => "not seen: never apart".to_owned(),
        TransitionOutcome::Throughout => "not seen: apart throughout".to_owned(),
        TransitionOutcome::Appears(between) => format!("appear {}", place(between)),
        TransitionOutcome::Disappears(between) => format!("disappear {}", place(between)),
        TransitionOutcome::OnAndOff => "not located: more than one change".to_owned(),
    }
}
