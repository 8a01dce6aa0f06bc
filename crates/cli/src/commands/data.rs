//! `hesscope data`: the data sets, fetched, checked and described.

use std::path::PathBuf;

use clap::Subcommand;
use hesscope_data::{Dataset as Loaded, DatasetName, DatasetSpec};
use hesscope_fetch::{Catalogue, Dataset, Fetcher, Observer, Retry, Settings, verify};
use hesscope_study::settings::default_data_folder;
use indicatif::HumanBytes;

use crate::failure::Failure;
use crate::options::{dataset_names, datasets_to_fetch};
use crate::output::{Progress, print};

/// What to do with which data set.
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// List the data sets
    List,
    /// Say what a data set is, its licence and source, and what its folder holds
    Info(InfoOptions),
    /// Download data sets into data/NAME, checking every byte
    Fetch(FetchOptions),
    /// Compare the files of a data set with the published ones
    Verify(VerifyOptions),
}

/// Which data set to describe.
#[derive(Debug, clap::Args)]
pub struct InfoOptions {
    #[arg(help = format!("Data set: {}", dataset_names()))]
    name: DatasetName,
    /// Folder with its files [default: data/NAME]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Which data sets to fetch, and from where.
#[derive(Debug, clap::Args)]
pub struct FetchOptions {
    #[arg(
        required = true,
        value_name = "NAME",
        help = format!("Data sets: {}", datasets_to_fetch())
    )]
    names: Vec<DatasetName>,
    /// Folder for the files [default: data/NAME]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Address of a folder that has the files under their official names, tried before all others
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// Unpack archives too; hesscope reads them as they are
    #[arg(long)]
    unpack: bool,
    /// Replace files that are there with other bytes
    #[arg(long)]
    replace: bool,
}

/// Which data set to check.
#[derive(Debug, clap::Args)]
pub struct VerifyOptions {
    #[arg(help = format!("Data set: {}", datasets_to_fetch()))]
    name: DatasetName,
    /// Folder with its files [default: data/NAME]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Does what one of the subcommands says.
pub fn run(command: &DataCommand) -> Result<(), Failure> {
    match command {
        DataCommand::List => {
            list();
            Ok(())
        }
        DataCommand::Info(options) => info(options),
        DataCommand::Fetch(options) => fetch(options),
        DataCommand::Verify(options) => check(options),
    }
}

fn list() {
    let catalogue = Catalogue::standard();
    for about in hesscope_data::datasets() {
        let size = match catalogue.get(about.name.as_str()) {
            Ok(dataset) if dataset.size() > 0 => format!(" ({})", HumanBytes(dataset.size())),
            Ok(_) => " (downloaded by hand)".into(),
            // The user's own, or drawn.
            Err(_) => String::new(),
        };
        print(format_args!(
            "{:14} {}{size}",
            about.name, about.description
        ));
    }
}

fn info(options: &InfoOptions) -> Result<(), Failure> {
    let name = options.name.as_str();
    print(options.name.about());
    if let Ok(dataset) = Catalogue::standard().get(name) {
        print(dataset);
    }
    let usual = default_data_folder(name);
    let folder = options
        .data_dir
        .clone()
        .or_else(|| usual.is_dir().then(|| usual.clone()));
    if folder.is_none() && options.name != DatasetName::SYNTH_DIGITS {
        print(format_args!(
            "  here: not in {}; give --data-dir to describe the files in another folder",
            usual.display()
        ));
        return Ok(());
    }
    let spec = DatasetSpec {
        data_dir: folder,
        ..DatasetSpec::new(options.name)
    };
    describe(&hesscope_data::load(&spec)?);
    Ok(())
}

fn describe(data: &Loaded) {
    print(format_args!("  images: {}", data.train.shape()));
    for (name, split) in [("training", &data.train), ("test", &data.test)] {
        let counts = split.class_counts();
        let (least, most) = (counts.iter().min(), counts.iter().max());
        let of_each = match (least, most) {
            (Some(least), Some(most)) if least == most => format!("{least} per class"),
            (Some(least), Some(most)) => format!("{least} to {most} per class"),
            _ => "no classes".into(),
        };
        print(format_args!(
            "  {name}: {} examples, {of_each}",
            split.len()
        ));
    }
    print(format_args!(
        "  classes ({}): {}",
        data.class_names.len(),
        some_of(&data.class_names)
    ));
    print(format_args!(
        "  normalised with mean {:?} and standard deviation {:?}",
        data.normalization.mean, data.normalization.std
    ));
    for notice in &data.notices {
        print(format_args!("  note: {notice}"));
    }
}

/// The first dozen names.
fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown = names[..names.len().min(SHOWN)].join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn fetch(options: &FetchOptions) -> Result<(), Failure> {
    let catalogue = Catalogue::standard();
    // An unknown name is refused before anything is brought.
    let mut wanted: Vec<Dataset> = Vec::new();
    for name in &options.names {
        let mut dataset = catalogue.get(name.as_str())?.clone();
        if let Some(mirror) = &options.mirror {
            dataset = dataset.with_mirror(mirror)?;
        }
        wanted.push(dataset);
    }
    if let (Some(_), true) = (&options.data_dir, wanted.len() > 1) {
        return Err(Failure::new(
            "--data-dir is for one data set, since several may have files of the same name: fetch them one by one",
        ));
    }
    for dataset in &wanted {
        let folder = options
            .data_dir
            .clone()
            .unwrap_or_else(|| default_data_folder(&dataset.name));
        print(dataset.name.parse::<DatasetName>()?.about());
        let fetcher = Fetcher::new(Settings {
            replace: options.replace,
            unpack: options.unpack,
            ..Settings::default()
        });
        let mut watcher = Watcher(Progress::bytes());
        for file in fetcher.fetch(dataset, &folder, &mut watcher)? {
            print(format_args!("{}: {}", file.path.display(), file.origin));
            if let Some(unpacked) = file.unpacked {
                let how = if unpacked.kept {
                    "was unpacked before"
                } else {
                    "unpacked"
                };
                print(format_args!("{}: {how}", unpacked.path.display()));
            }
        }
    }
    Ok(())
}

/// Draws the progress of a download.
struct Watcher(Progress);

impl Observer for Watcher {
    fn started(&mut self, file: &str, total: u64, have: u64) {
        self.0.restart(file, total);
        self.0.set(have);
    }

    fn advanced(&mut self, _file: &str, position: u64) {
        self.0.set(position);
    }

    fn retrying(&mut self, file: &str, retry: &Retry<'_>) {
        self.0.line(&format!("{file}: {retry}"));
    }
}

fn check(options: &VerifyOptions) -> Result<(), Failure> {
    let catalogue = Catalogue::standard();
    let dataset = catalogue.get(options.name.as_str())?;
    if let (Some(by_hand), true) = (&dataset.by_hand, dataset.files.is_empty()) {
        return Err(Failure::new(format!(
            "{} has no files that are pinned, so there is nothing to compare: {by_hand}",
            dataset.name
        )));
    }
    let folder = options
        .data_dir
        .clone()
        .unwrap_or_else(|| default_data_folder(&dataset.name));
    if !folder.is_dir() {
        return Err(Failure::new(format!(
            "{} is not a folder: give the one with the files of {} by --data-dir, or fetch them with \
             `hesscope data fetch {}`",
            folder.display(),
            dataset.name,
            dataset.name
        )));
    }
    let report = verify(&folder, dataset);
    print(&report);
    if report.is_good() {
        return Ok(());
    }
    let remedy = if report.is_usable() {
        "it can be read, but its bytes are not known to be the official ones"
    } else {
        "fetch it again, with --replace where a file is wrong"
    };
    Err(Failure::negative(format!(
        "{} in {} is not as published: {remedy}",
        dataset.name,
        folder.display()
    )))
}
