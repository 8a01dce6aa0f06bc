//! Loss and accuracy of the training.

use hesscope_records::{EpochRecord, SearchRecord, SplitRecord, TrialRecord};
use maud::{Markup, html};

use super::summary::RunSummary;
use crate::figures::Figure;
use crate::html::markup::{Table, details, figure, paragraph};
use crate::text::names::{counted, or_dash};
use crate::text::numbers::{accuracy, integer, plain, significant};

/// The section.
pub(super) fn section(id: &str, run: &RunSummary, losses: Option<&Figure>) -> Markup {
    html! {
        section id=(id) {
            h2 { "Training" }
            @if let Some(losses) = losses {
                (figure(losses, "figures/"))
                @if let Some(search) = &run.search { (self::search(search)) }
                (details("Table of every epoch", false, every_epoch(run)))
            } @else {
                (paragraph("No epoch has been evaluated."))
            }
        }
    }
}

/// Loss and accuracy of a split, of one that may not have been evaluated.
fn cells(split: Option<SplitRecord>) -> [String; 2] {
    [
        or_dash(split, |split| plain(split.loss)),
        or_dash(split, |split| accuracy(split.accuracy, 4)),
    ]
}

fn every_epoch(run: &RunSummary) -> Table {
    let heads = "Epoch | Learning rate | Running loss | Train loss | Train accuracy | Test loss | Test accuracy";
    let top5 = |split: Option<SplitRecord>| split.and_then(|split| split.top5_accuracy);
    let many_classes = run.epochs.iter().any(|record| top5(record.train).is_some());
    let heads = match many_classes {
        true => format!("{heads} | Train top-5 | Test top-5"),
        false => heads.to_owned(),
    };
    let row = |record: &EpochRecord| {
        let mut row = vec![
            integer(record.epoch),
            or_dash(record.learning_rate, |rate| significant(rate, 3)),
            or_dash(record.running_loss, plain),
        ];
        let splits = [record.train, record.test];
        row.extend(splits.into_iter().flat_map(cells));
        if many_classes {
            row.extend(splits.map(|split| or_dash(top5(split), |share| accuracy(share, 4))));
        }
        row
    };
    Table::new("Every epoch: loss in nats, accuracy in percent", &heads)
        .tall()
        .with(run.epochs.iter().map(row))
}

/// How the learning rate was found.
fn search(search: &SearchRecord) -> Markup {
    let epochs = |count| counted(count, "epoch", "epochs");
    let how = if search.epochs == search.full_epochs {
        "Each took as long as the run, which is the best of them.".to_owned()
    } else {
        let full = epochs(search.full_epochs);
        format!(
            "Each was of {} in place of the run\u{2019}s {full}.",
            epochs(search.epochs)
        )
    };
    let ends = [search.trials.first(), search.trials.last()];
    let at_edge = search.trials.len() > 1
        && ends
            .iter()
            .flatten()
            .any(|trial| trial.learning_rate == search.best);
    let edge = if at_edge {
        " It lies at the edge of those tried, so a better one may lie beyond."
    } else {
        ""
    };
    let sentence = format!(
        "The learning rate, {}, is the one of {} with the lowest final training loss. {how}{edge}",
        significant(search.best, 3),
        integer(search.trials.len()),
    );
    let heads = "Learning rate | Train loss | Train accuracy | Test loss | Test accuracy | Diverged in epoch";
    let row = |trial: &TrialRecord| {
        let mut row = vec![significant(trial.learning_rate, 3)];
        row.extend([trial.train, trial.test].into_iter().flat_map(cells));
        row.push(or_dash(trial.diverged_in, integer));
        row
    };
    let table = Table::new("Every learning rate tried, after its last epoch", heads)
        .with(search.trials.iter().map(row));
    html! { (paragraph(&sentence)) (details("Table of the learning rates", false, table)) }
}
