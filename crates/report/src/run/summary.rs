//! What the report of a run is made from.

use hesscope_records::{Analysis, ClassMeans, EpochRecord, Findings, Overlaps, SearchRecord};

use crate::figures::View;

/// Everything a report tells of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunSummary {
    /// The report's title.
    pub title: String,
    /// Version of hesscope.
    pub version: String,
    /// The device, in words.
    pub device: String,
    /// SHA-256 of the resolved configuration.
    pub config_sha256: String,
    /// Every resolved setting, key and value.
    pub settings: Vec<(String, String)>,
    /// The network: its layers, or facts about it, name and description.
    pub network: Vec<(String, String)>,
    /// Number of parameters, p.
    pub parameters: usize,
    /// Number of classes, C.
    pub classes: usize,
    /// The epochs trained, in order.
    pub epochs: Vec<EpochRecord>,
    /// The search that found the learning rate, if there was one.
    pub search: Option<SearchRecord>,
    /// The analyses made, in any order.
    pub analyses: Vec<Analysis>,
    /// The overlaps measured, in any order.
    pub overlaps: Vec<Overlaps>,
    /// The findings judged, in any order.
    pub findings: Vec<Findings>,
    /// The class means measured, in any order.
    pub means: Vec<ClassMeans>,
    /// The views in which density figures are written as files beside the logarithmic one; the page offers all.
    pub views: Vec<View>,
}
