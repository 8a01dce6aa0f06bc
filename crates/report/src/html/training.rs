//! Loss and accuracy of the training.

use super::markup::{Table, details, figure};
use crate::figures::Figure;
use crate::numbers::{integer, plain, significant};
use crate::run::RunSummary;

/// The section, if any epoch is on record.
pub(crate) fn section(run: &RunSummary, loss: Option<&Figure>) -> String {
    let Some(loss) = loss else {
        return String::new();
    };
    let mut table = Table::new(
        "Every epoch: loss in nats, accuracy in percent",
        &[
            "Epoch",
            "Learning rate",
            "Running loss",
            "Train loss",
            "Train accuracy",
            "Test loss",
            "Test accuracy",
        ],
    )
    .tall();
    let optional = |value: Option<f64>| value.map_or("\u{2013}".to_owned(), plain);
    let rate = |value: Option<f64>| value.map_or("\u{2013}".to_owned(), |x| significant(x, 3));
    for record in &run.epochs {
        table.row([
            integer(record.epoch),
            rate(record.learning_rate),
            optional(record.running_loss),
            plain(record.train.loss),
            significant(record.train.accuracy * 100.0, 4),
            plain(record.test.loss),
            significant(record.test.accuracy * 100.0, 4),
        ]);
    }
    format!(
        "<section>\n<h2>Training</h2>\n{}{}</section>\n",
        figure(loss),
        details("Table of every epoch", false, &table.html())
    )
}
