//! Writes a contact sheet of a data set's training images as a PGM file, a row for each class.
//!
//! ```text
//! cargo run --release -p hesscope-data --example contact_sheet -- SHEET.pgm [NAME [DATA_DIR]]
//! ```

use hesscope_data::{DataError, Dataset, DatasetName, DatasetSpec, load};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Images in a row.
const COLUMNS: usize = 24;
/// Each value becomes a square of this many pixels.
const ZOOM: usize = 3;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<String, Box<dyn Error>> {
    let sheet = arguments.next().ok_or("give the PGM file to write")?;
    let name = match arguments.next() {
        Some(name) => name.parse()?,
        None => DatasetName::SYNTH_DIGITS,
    };
    let spec = DatasetSpec {
        data_dir: arguments.next().map(PathBuf::from),
        train_per_class: Some(COLUMNS.into()),
        test_per_class: Some(1.into()),
        ..DatasetSpec::new(name)
    };
    std::fs::write(&sheet, contact_sheet(&load(&spec)?)?)
        .map_err(|error| format!("cannot write {sheet} ({error}): choose another place"))?;
    Ok(format!(
        "wrote {COLUMNS} images of each class of {name} to {sheet}"
    ))
}

fn contact_sheet(data: &Dataset) -> Result<Vec<u8>, DataError> {
    let (shape, classes) = (data.train.shape(), data.train.classes());
    let (cell_width, cell_height) = ((shape.width + 1) * ZOOM, (shape.height + 1) * ZOOM);
    let (width, height) = (COLUMNS * cell_width, classes * cell_height);
    let (mean, std) = (data.normalization.mean[0], data.normalization.std[0]);
    let mut pixels = vec![64u8; width * height];
    for class in 0..classes {
        let members = data.train.indices_of_class(class);
        let images = data.train.read(&members)?;
        for (column, image) in images.chunks_exact(shape.len()).enumerate() {
            for (place, value) in image.iter().enumerate().take(shape.area()) {
                let grey = ((value * std + mean) * 255.0).round() as u8;
                let top = class * cell_height + place / shape.width * ZOOM;
                let left = column * cell_width + place % shape.width * ZOOM;
                for row in top..top + ZOOM {
                    pixels[row * width + left..][..ZOOM].fill(grey);
                }
            }
        }
    }
    let mut file = format!("P5\n{width} {height}\n255\n").into_bytes();
    file.extend(pixels);
    Ok(file)
}
