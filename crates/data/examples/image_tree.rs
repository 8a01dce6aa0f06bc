//! Loads a tree of images, says how fast, and writes the training images as raw bytes for comparison with other programs.
//!
//! ```text
//! cargo run --release -p hesscope-data --example image_tree -- NAME DATA_DIR CACHE_DIR [IMAGES.bin]
//! ```
//!
//! The file holds `[n, 3, side, side]` bytes. Start it under `taskset -c 0` to see what one core does.

use hesscope_data::{DatasetSpec, Draw, Normalization, load};
use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, data_dir, cache_dir, rest @ ..] = &arguments[..] else {
        return Err("give the data set's name, its folder and a folder for the cache".into());
    };
    let spec = DatasetSpec {
        data_dir: Some(data_dir.into()),
        cache_dir: Some(cache_dir.into()),
        augment: true,
        ..DatasetSpec::new(name.parse()?)
    };
    let start = Instant::now();
    let data = load(&spec)?;
    let train = &*data.train;
    report("loaded the first time", train.len(), start);
    for notice in &data.notices {
        println!("note: {notice}");
    }
    let start = Instant::now();
    load(&spec)?;
    report("loaded again", train.len(), start);

    let all: Vec<usize> = (0..train.len()).collect();
    let start = Instant::now();
    let values = train.read(&all)?;
    report("read", train.len(), start);
    let start = Instant::now();
    train.read_augmented(&all, Draw { seed: 0, epoch: 1 })?;
    report("read with augmentation", train.len(), start);
    println!("fingerprint {}", train.fingerprint()?);
    if let [file] = rest {
        let bytes = to_bytes(&values, train.shape().area(), &data.normalization);
        std::fs::write(file, bytes)?;
    }
    Ok(())
}

fn report(what: &str, images: usize, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    let rate = images as f64 / seconds;
    println!("{what}: {images} images in {seconds:.3} s, {rate:.0} a second");
}

fn to_bytes(values: &[f32], area: usize, normalization: &Normalization) -> Vec<u8> {
    let Normalization { mean, std } = normalization;
    let channels = mean.iter().zip(std).cycle();
    let planes = values.chunks_exact(area).zip(channels);
    let bytes = planes.flat_map(|(plane, (mean, std))| {
        plane
            .iter()
            .map(move |value| ((value * std + mean) * 255.0).round() as u8)
    });
    bytes.collect()
}
