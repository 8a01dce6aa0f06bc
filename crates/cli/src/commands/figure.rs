//! `hesscope figure`: the figures of the papers, of runs that are given or trained.

use std::path::PathBuf;

use clap::Subcommand;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use hesscope_data::DatasetName;
use hesscope_models::NetConfig;
use hesscope_records::{MeanGrouping, MeanSelection, MeansPanelRecord, Split};
use hesscope_study::figures::{
    FigureRequest, FigureRuns, Scale, ScaleRuns, draw_means, draw_spectra,
};
use hesscope_study::settings::lay_over;
use toml::{Table, Value};

use crate::failure::Failure;
use crate::options::value::seed;
use crate::options::{ComputingOptions, EstimationOptions};
use crate::output::Terminal;

/// Which figure of the papers.
#[derive(Debug, Subcommand)]
pub enum FigureCommand {
    /// Draw the spectra of the Hessian over the training and the test split, one column a data set, of one network: figure 1
    /// of the papers
    Spectra(SpectraOptions),
    /// Draw the class means g_c and g_cc' in the plane by t-SNE, one panel a network, with scores of their clustering
    /// by class: figure 2 of the papers
    ClassMeans(MeansOptions),
}

/// The figure of spectra.
#[derive(Debug, clap::Args)]
pub struct SpectraOptions {
    #[command(flatten)]
    figure: FigureOptions,
    /// Network to train [default: small-cnn; at --scale paper vgg11]
    #[arg(long, conflicts_with = "runs", value_parser = NetConfig::from_name)]
    net: Option<NetConfig>,
    /// Draw all panels on one axis of eigenvalues, rather than those of each data set
    #[arg(long)]
    common_axis: bool,
}

/// The figure of class means.
#[derive(Debug, clap::Args)]
pub struct MeansOptions {
    #[command(flatten)]
    figure: FigureOptions,
    /// Networks to train, separated by commas [default: small-cnn,mlp; at --scale paper vgg11,resnet18,densenet40]
    #[arg(
        long,
        value_name = "NAMES",
        conflicts_with = "runs",
        value_parser = NetConfig::from_name
    )]
    nets: Option<Vec<NetConfig>>,
    /// Examples the means are over: train or test
    #[arg(long, default_value_t = Split::Train)]
    split: Split,
}

/// Which runs, or what to train, how it is computed, and where it is written.
#[derive(Debug, clap::Args)]
struct FigureOptions {
    /// Folders of runs to draw; where none is given they are trained, or found again in the folder runs
    #[arg(value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// What to train
    #[arg(long, default_value_t = Scale::Quick, conflicts_with = "runs", value_parser = scale())]
    scale: Scale,
    /// Data sets, separated by commas [default: mnist,cifar-10,synth-digits; at --scale paper
    /// mnist,fashion-mnist,cifar-10]
    #[arg(long, value_name = "NAMES", conflicts_with = "runs")]
    datasets: Option<Vec<DatasetName>>,
    /// Folder that holds a folder with the files of each data set, under its name [default: data]
    #[arg(long, value_name = "DIR", conflicts_with = "runs")]
    data_root: Option<PathBuf>,
    /// Settings in TOML that the scale is laid under, as for `hesscope run`
    #[arg(long, value_name = "FILE.toml", conflicts_with = "runs")]
    config: Option<PathBuf>,
    /// Seed of the runs trained [default: 0]
    #[arg(long, conflicts_with = "runs", value_parser = seed)]
    seed: Option<u64>,
    /// Folder for the figure
    #[arg(long, value_name = "DIR", default_value = "figures")]
    out: PathBuf,
    #[command(flatten)]
    computing: ComputingOptions,
    #[command(flatten)]
    estimation: EstimationOptions,
}

/// The scales by name, each with its description.
fn scale() -> impl TypedValueParser<Value = Scale> {
    let names = Scale::ALL.map(|scale| PossibleValue::new(scale.name()).help(scale.description()));
    PossibleValuesParser::new(names).try_map(|name| name.parse())
}

impl FigureOptions {
    /// The runs of these networks, or those given.
    fn request(&self, nets: Option<Vec<NetConfig>>) -> FigureRequest {
        let mut flags = self.computing.table();
        lay_over(&self.estimation.table(), &mut flags);
        if let Some(seed) = self.seed {
            lay_over(
                &Table::from_iter([("seed".to_owned(), Value::Integer(seed as i64))]),
                &mut flags,
            );
        }
        let runs = if self.runs.is_empty() {
            FigureRuns::OfScale(ScaleRuns {
                scale: self.scale,
                nets,
                datasets: self.datasets.clone(),
                data_root: self.data_root.clone(),
                config: self.config.clone(),
            })
        } else {
            FigureRuns::Given(self.runs.clone())
        };
        FigureRequest {
            runs,
            flags,
            out: self.out.clone(),
        }
    }
}

/// Draws a figure.
pub fn run(command: &FigureCommand) -> Result<(), Failure> {
    let terminal = Terminal::with_analyses();
    let files = match command {
        FigureCommand::Spectra(options) => {
            let nets = options.net.clone().map(|net| vec![net]);
            let request = options.figure.request(nets);
            draw_spectra(&request, options.common_axis, &terminal)?.files
        }
        FigureCommand::ClassMeans(options) => {
            let request = options.figure.request(options.nets.clone());
            let drawn = draw_means(&request, options.split, &terminal)?;
            for (panel, record) in drawn.panels.iter().zip(&drawn.records) {
                if let Some(line) = scores(panel) {
                    terminal.print(line);
                }
                terminal.print(record.display());
            }
            drawn.files
        }
    };
    for path in files {
        terminal.print(path.display());
    }
    Ok(())
}

/// How the means of a run cluster by class.
fn scores(panel: &MeansPanelRecord) -> Option<String> {
    let means = &panel.means;
    let by_class = means.scores.iter().find(|scores| {
        scores.among == MeanSelection::WithoutOwn && scores.by == MeanGrouping::Class
    })?;
    let silhouette = &by_class.silhouette;
    Some(format!(
        "{} on {}, {}: silhouette by class {:.3} (shuffled {:.3}, p = {}); {} means in {:.1} s",
        panel.network,
        panel.dataset,
        means.settings.subject.split,
        silhouette.value,
        silhouette.null_mean,
        silhouette.p_value,
        means.points.len(),
        means.origin.seconds
    ))
}
