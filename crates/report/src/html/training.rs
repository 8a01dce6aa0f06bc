//! Loss and accuracy of the training.

use super::markup::{Table, details, figure, paragraph};
use crate::figures::Figure;
use crate::numbers::{integer, plain, significant};
use crate::run::RunSummary;
use hesscope_records::{SearchRecord, SplitRecord};

/// The section, if any epoch is on record.
pub(crate) fn section(run: &RunSummary, figure_of_losses: Option<&Figure>) -> String {
    let Some(figure_of_losses) = figure_of_losses else {
        return String::new();
    };
    let mut heads = vec![
        "Epoch",
        "Learning rate",
        "Running loss",
        "Train loss",
        "Train accuracy",
        "Test loss",
        "Test accuracy",
    ];
    let top5 = |split: Option<SplitRecord>| split.and_then(|split| split.top5_accuracy);
    let many_classes = run.epochs.iter().any(|record| top5(record.train).is_some());
    if many_classes {
        heads.extend(["Train top-5", "Test top-5"]);
    }
    let mut table = Table::new("Every epoch: loss in nats, accuracy in percent", &heads).tall();
    let or_dash = |text: Option<String>| text.unwrap_or("\u{2013}".to_owned());
    let loss = |split: Option<SplitRecord>| or_dash(split.map(|split| plain(split.loss)));
    let percent = |share: Option<f64>| or_dash(share.map(|share| significant(share * 100.0, 4)));
    let accuracy = |split: Option<SplitRecord>| percent(split.map(|split| split.accuracy));
    for record in &run.epochs {
        let mut row = vec![
            integer(record.epoch),
            or_dash(record.learning_rate.map(|rate| significant(rate, 3))),
            or_dash(record.running_loss.map(plain)),
            loss(record.train),
            accuracy(record.train),
            loss(record.test),
            accuracy(record.test),
        ];
        if many_classes {
            row.extend([percent(top5(record.train)), percent(top5(record.test))]);
        }
        table.row(row);
    }
    format!(
        "<section>\n<h2>Training</h2>\n{}{}{}</section>\n",
        figure(figure_of_losses),
        run.search.as_ref().map_or(String::new(), search),
        details("Table of every epoch", false, &table.html())
    )
}

/// How the learning rate was found.
fn search(search: &SearchRecord) -> String {
    let epochs = |count: usize| match count {
        1 => "1 epoch".to_owned(),
        count => format!("{} epochs", integer(count)),
    };
    let how = if search.epochs == search.full_epochs {
        "as long as the run, which is the best of them".to_owned()
    } else {
        format!(
            "of {} in place of the run\u{2019}s {}",
            epochs(search.epochs),
            integer(search.full_epochs)
        )
    };
    let edge = [search.trials.first(), search.trials.last()]
        .into_iter()
        .flatten()
        .any(|trial| trial.learning_rate == search.best && search.trials.len() > 1);
    let sentence = format!(
        "The learning rate, {}, is the one of {} whose training has the lowest final training loss; each was {how}.{}",
        significant(search.best, 3),
        integer(search.trials.len()),
        if edge {
            " It lies at the edge of those tried, so a better one may lie beyond."
        } else {
            ""
        }
    );
    let heads = [
        "Learning rate",
        "Train loss",
        "Train accuracy",
        "Test loss",
        "Test accuracy",
        "Diverged in epoch",
    ];
    let mut table = Table::new("Every learning rate tried, after its last epoch", &heads);
    let or_dash = |text: Option<String>| text.unwrap_or("\u{2013}".to_owned());
    let loss = |split: Option<SplitRecord>| or_dash(split.map(|split| plain(split.loss)));
    let accuracy = |split: Option<SplitRecord>| {
        or_dash(split.map(|split| significant(split.accuracy * 100.0, 4)))
    };
    for trial in &search.trials {
        table.row([
            significant(trial.learning_rate, 3),
            loss(trial.train),
            accuracy(trial.train),
            loss(trial.test),
            accuracy(trial.test),
            or_dash(trial.diverged_in.map(integer)),
        ]);
    }
    paragraph(&sentence) + &details("Table of the learning rates", false, &table.html())
}
