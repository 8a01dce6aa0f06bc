//! `hesscope figure 2`: class means by t-SNE.

use std::str::FromStr;

use hesscope_hvp::Part;
use hesscope_report::schema::{MeanGrouping, MeanSelection, MeansPanelRecord};
use hesscope_report::{MeansFigure, write_means_figure};

use super::finish;
use super::options::MeansOptions;
use super::runs::{each, made, sentence};
use crate::class_means::find_or_make;
use crate::failure::Failure;
use crate::settings::SplitName;

/// The name of the figure's files.
const NAME: &str = "figure-2";

/// Trains what is to be trained, measures its class means and draws them.
pub fn draw(options: &MeansOptions) -> Result<(), Failure> {
    let split = SplitName::from_str(&options.split)?;
    let nets = options.nets.clone().unwrap_or_else(|| {
        let usual = options.runs.scale.nets().iter();
        usual.map(|net| (*net).to_owned()).collect()
    });
    let mut panels = Vec::new();
    let mut trained = Vec::new();
    let mut device = String::new();
    each(&options.runs, &nets, &options.common, |run| {
        let settings = run.settings();
        let epoch = settings.train.epochs;
        let checkpoint = run.checkpoint(epoch)?;
        // The means are those of G; which operator is named changes nothing in them.
        let request = run.request(Part::G.into(), split, epoch)?;
        let subject = run.subject(&checkpoint, split)?;
        let (means, file) = find_or_make(run.folder(), &subject, &request, run.class_names())?;
        let by_class = means.scores.iter().find(|scores| {
            scores.among == MeanSelection::WithoutOwn && scores.by == MeanGrouping::Class
        });
        if let Some(scores) = by_class {
            println!(
                "{} on {}, {}: silhouette by class {:.3} (shuffled {:.3}, p = {}); {} means in {:.1} s",
                settings.net.name(),
                settings.dataset,
                split.as_str(),
                scores.silhouette.value,
                scores.silhouette.null_mean,
                scores.silhouette.p_value,
                means.points.len(),
                means.seconds
            );
        }
        println!("{}", run.folder().root().join(file).display());
        trained.push(made(run));
        device = run.device_name().to_owned();
        panels.push(MeansPanelRecord {
            dataset: settings.dataset.to_string(),
            network: settings.net.name().to_owned(),
            run: run.folder().root().display().to_string(),
            means,
        });
        Ok(())
    })?;
    let figure = MeansFigure {
        name: NAME.into(),
        title: format!("Class means over the {} split, by t-SNE", split.as_str()),
        made: sentence(&trained),
        version: env!("CARGO_PKG_VERSION").into(),
        device,
        panels,
    };
    let (files, record) = write_means_figure(&figure, &options.common.out)?;
    finish(NAME, &record, &files, &options.common.out)
}
