//! `hesscope export`: weights, analyses and eigenvectors in files that other programs read.

mod all;
mod analysis;
mod eigenvectors;
mod file;
mod npz;
mod options;
mod safetensors;
mod select;
mod weights;

use crate::failure::Failure;
use crate::folder::RunFolder;

pub use options::ExportOptions;
use options::What;

/// `hesscope export`.
pub fn run(options: &ExportOptions) -> Result<(), Failure> {
    let folder = RunFolder::open(&options.run)?;
    match options.what {
        What::Weights => weights::write(&folder, options.epoch, &options.out)?,
        What::Analysis => analysis::write(&folder, options)?,
        What::Eigenvectors => eigenvectors::write(&folder, options)?,
        What::All => all::write(&folder, options)?,
    }
    println!("{}", options.out.display());
    Ok(())
}
