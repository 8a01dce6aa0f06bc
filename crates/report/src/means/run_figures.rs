//! The pictures of a run's class means.

use hesscope_records::ClassMeans;

use super::points::{names, points};
use super::words::{SIGNS, left_out, scores_in_words};
use crate::figures::{Figure, Scatter, ScatterPanel};
use crate::text::names::subject_title;
use crate::text::numbers::{percent_of, significant};

/// The pictures of a run's records, their names different.
pub(crate) fn figures_of_run(all: &[ClassMeans]) -> Vec<Figure> {
    let slug = |means: &ClassMeans| {
        let subject = &means.settings.subject;
        format!("means-{}-epoch-{}", subject.split, subject.epoch)
    };
    let figure = |means: &ClassMeans| {
        let mut name = slug(means);
        if all.iter().filter(|other| slug(other) == name).count() > 1 {
            let key = means.origin.key.chars();
            name.push('-');
            name.extend(key.filter(char::is_ascii_alphanumeric).take(8));
        }
        figure_of_record(name, means)
    };
    all.iter().map(figure).collect()
}

/// The picture of one record: by t-SNE, and by classical scaling.
fn figure_of_record(name: String, means: &ClassMeans) -> Figure {
    let settings = &means.settings;
    let title = format!(
        "Class means: {}",
        subject_title(&settings.subject).to_lowercase()
    );
    let [first, second] = means.mds_shares;
    let panels = vec![
        ScatterPanel {
            title: "t-SNE".to_owned(),
            points: points(means, |point| point.tsne),
            notes: vec![format!(
                "perplexity {}, KL {} nats, least of {} starts",
                significant(settings.perplexity, 3),
                significant(means.kl_divergence, 3),
                settings.starts
            )],
        },
        ScatterPanel {
            title: "Classical scaling".to_owned(),
            points: points(means, |point| point.mds),
            notes: vec![format!(
                "its axes hold {} and {} of the squared distances",
                percent_of(first),
                percent_of(second)
            )],
        },
    ];
    let names = names(means, str::to_owned);
    let sentences = [Some(SIGNS.to_owned()), names, left_out(means)];
    let sentences: Vec<String> = sentences.into_iter().flatten().collect();
    let scatter = Scatter {
        name,
        label: format!("{title}. {}.", scores_in_words(means).join("; ")),
        title,
        caption: sentences.join(" "),
        panels,
    };
    scatter.figure()
}
