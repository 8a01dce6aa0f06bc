//! Which pictures a report is written with.

use hesscope_report::View;

/// The views of densities that are written as SVG and PNG.
#[derive(Debug, clap::Args)]
pub struct PictureOptions {
    /// Views in which densities are written as SVG and PNG beside the logarithmic one, separated by commas:
    /// semi-logarithmic, linear; the report itself offers all of them [default: none]
    #[arg(long, value_name = "NAMES")]
    views: Vec<View>,
}

impl PictureOptions {
    /// The views asked for.
    pub fn views(&self) -> &[View] {
        &self.views
    }
}
