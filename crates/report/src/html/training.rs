//! Loss and accuracy of the training.

use super::markup::{Table, details, figure};
use crate::figures::Figure;
use crate::numbers::{integer, plain, significant};
use crate::run::RunSummary;
use crate::schema::SplitRecord;

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
        "<section>\n<h2>Training</h2>\n{}{}</section>\n",
        figure(figure_of_losses),
        details("Table of every epoch", false, &table.html())
    )
}
