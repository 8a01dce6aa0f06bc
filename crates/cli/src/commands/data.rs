//! `hesscope data`: the data sets, fetched, checked and described.

use std::path::{Path, PathBuf};

use hesscope_data::{Dataset as Loaded, DatasetSpec};
use hesscope_fetch::{Catalogue, Dataset, Fetcher, Observer, Origin, Retry, Settings, verify};
use indicatif::HumanBytes;

use crate::args::{DataCommand, FetchOptions, InfoOptions, VerifyDataOptions};
use crate::failure::Failure;
use crate::output::Progress;

/// The folder of a data set unless another is given.
pub fn default_folder(name: &str) -> PathBuf {
    Path::new("data").join(name)
}

/// Whether `hesscope data fetch` brings the data set.
pub fn is_fetched(name: &str) -> bool {
    Catalogue::standard()
        .get(name)
        .is_ok_and(|dataset| !dataset.files.is_empty())
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
    println!(
        "{:14} drawn by the program itself, needs no files",
        "synth-digits"
    );
    for dataset in Catalogue::standard().datasets() {
        let size = match dataset.size() {
            0 => "by hand".into(),
            bytes => HumanBytes(bytes).to_string(),
        };
        println!("{:14} {} ({size})", dataset.name, dataset.description);
    }
    println!("{:14} your own images, a folder for each class", "folder");
    println!("{:14} your own images as safetensors or npz", "arrays");
}

fn info(options: &InfoOptions) -> Result<(), Failure> {
    let catalogue = Catalogue::standard();
    match catalogue.get(&options.name) {
        Ok(dataset) => println!("{dataset}"),
        // Data sets without a publisher are described by their content alone.
        Err(error) => {
            options
                .name
                .parse::<hesscope_data::DatasetName>()
                .map_err(|_| error)?;
        }
    }
    let folder = options.data_dir.clone().or_else(|| {
        let usual = default_folder(&options.name);
        usual.is_dir().then_some(usual)
    });
    let drawn = options.name == "synth-digits";
    if folder.is_none() && !drawn {
        println!(
            "  here: not in {}; give --data-dir to describe the files in another folder",
            default_folder(&options.name).display()
        );
        return Ok(());
    }
    let spec = DatasetSpec {
        data_dir: folder,
        ..DatasetSpec::new(options.name.parse()?)
    };
    describe(&hesscope_data::load(&spec)?)
}

fn describe(data: &Loaded) -> Result<(), Failure> {
    println!("  images: {}", data.train.shape());
    for (name, split) in [("training", &data.train), ("test", &data.test)] {
        let counts = split.class_counts();
        let (least, most) = (counts.iter().min(), counts.iter().max());
        let of_each = match (least, most) {
            (Some(least), Some(most)) if least == most => format!("{least} of each class"),
            (Some(least), Some(most)) => format!("{least} to {most} of each class"),
            _ => "no classes".into(),
        };
        println!("  {name}: {} examples, {of_each}", split.len());
    }
    println!(
        "  classes ({}): {}",
        data.class_names.len(),
        some_of(&data.class_names)
    );
    println!(
        "  normalised with mean {:?} and standard deviation {:?}",
        data.normalization.mean, data.normalization.std
    );
    for notice in &data.notices {
        println!("  note: {notice}");
    }
    Ok(())
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
        let mut dataset = catalogue.get(name)?.clone();
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
            .unwrap_or_else(|| default_folder(&dataset.name));
        println!("{}: {}", dataset.title, dataset.description);
        println!("licence: {}", dataset.licence);
        println!("source: {}", dataset.source);
        println!("cite: {}", dataset.citation);
        let fetcher = Fetcher::new(Settings {
            replace: options.replace,
            unpack: options.unpack,
            ..Settings::default()
        });
        let mut watcher = Watcher(Progress::bytes());
        for file in fetcher.fetch(dataset, &folder, &mut watcher)? {
            println!("{}: {}", file.path.display(), words(&file.origin));
            if let Some(unpacked) = file.unpacked {
                let how = if unpacked.kept {
                    "was unpacked before"
                } else {
                    "unpacked"
                };
                println!("{}: {how}", unpacked.path.display());
            }
        }
    }
    Ok(())
}

/// How a file came to be there.
fn words(origin: &Origin) -> String {
    match origin {
        Origin::Kept => "was there already, SHA-256 as pinned".into(),
        Origin::Completed => "was there but for its name, SHA-256 as pinned".into(),
        Origin::Downloaded {
            address,
            resumed: 0,
            ..
        } => {
            format!("from {address}, SHA-256 as pinned")
        }
        Origin::Downloaded {
            address, resumed, ..
        } => format!(
            "from {address}, gone on with after {}, SHA-256 as pinned",
            HumanBytes(*resumed)
        ),
    }
}

/// Draws the progress of a download.
struct Watcher(Progress);

impl Observer for Watcher {
    fn started(&mut self, file: &str, total: u64, have: u64) {
        self.0.restart(total);
        self.0.say(file);
        self.0.set(have);
    }

    fn advanced(&mut self, _file: &str, position: u64) {
        self.0.set(position);
    }

    fn retrying(&mut self, file: &str, retry: &Retry<'_>) {
        let next = match retry.wait {
            Some(wait) => format!("again in {:.0} s", wait.as_secs_f64()),
            None => "the next address, if there is one".into(),
        };
        let Retry {
            address, reason, ..
        } = retry;
        self.0.line(&format!("{file}: {address} {reason}; {next}"));
    }
}

fn check(options: &VerifyDataOptions) -> Result<(), Failure> {
    let catalogue = Catalogue::standard();
    let dataset = catalogue.get(&options.name)?;
    if let (Some(by_hand), true) = (&dataset.by_hand, dataset.files.is_empty()) {
        return Err(Failure::new(format!(
            "{} has no files that are pinned, so there is nothing to compare: {by_hand}",
            dataset.name
        )));
    }
    let folder = options
        .data_dir
        .clone()
        .unwrap_or_else(|| default_folder(&dataset.name));
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
    println!("{report}");
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
