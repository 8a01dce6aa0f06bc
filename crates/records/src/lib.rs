//! What hesscope measures, as records: the operators by name, the settings of each measurement, its result, the JSON
//! schemas of both, and the files they are kept in.
//!
//! A [`Record`] knows what it is of (its [`Subject`]: run, checkpoint, data), under which settings it was made (its key),
//! and carries a checksum of its content. [`record::find_or_make`] finds it in a folder or makes it.
#![forbid(unsafe_code)]

mod analysis;
mod class_means;
mod comparison;
mod condition;
mod document;
mod dynamics;
mod effort;
mod eigenvalues;
mod figure;
mod findings;
mod measure;
mod metrics;
mod named;
mod overlaps;
mod part;
mod precision;
pub mod record;
mod spectrum;
mod speed;
mod split;
mod subject;
mod sweep;
mod terms;

pub use analysis::{Analysis, AnalysisSettings};
pub use class_means::{
    ClassMeans, ClassMeansSettings, MeanGrouping, MeanPoint, MeanScores, MeanSelection,
};
pub use comparison::{Compared, Comparison, ComparisonSettings, Deviation, Quantity};
pub use condition::{Condition, Number, Relation};
pub use document::Document;
pub use dynamics::{
    Along, Between, Dynamics, DynamicsCell, DynamicsSettings, DynamicsSpectrum, Structure,
    TailShare, Transition, TransitionOutcome,
};
pub use effort::{Effort, LeadingEffort};
pub use eigenvalues::{EigenvalueSettings, Eigenvalues};
pub use figure::{
    DecadeCurve, MeansFigureRecord, MeansPanelRecord, SpectraColumnRecord, SpectraPanelRecord,
    SpectraRecord,
};
pub use findings::{
    BulkNumbers, Bulks, Evidence, Finding, FindingVerdict, Findings, FindingsSettings, LawEffort,
    LeadingEigenvalues, Levels, SpacePair,
};
pub use measure::Measure;
pub use metrics::{EpochRecord, SearchRecord, SplitRecord, TrialRecord};
pub use overlaps::{
    AlongOverlap, EpochOverlaps, OverlapRecord, OverlapSettings, Overlaps, SpaceRecord,
};
pub use part::{Part, UnknownPart};
pub use precision::{Precision, UnknownPrecision};
pub use record::{Kept, KeptSource, Origin, Record, RecordError, SCHEMA_VERSION};
pub use spectrum::{AutomaticRecord, Spectrum, TopEigenvalues};
pub use speed::{
    NetworkSpeed, ProductSpeed, Speed, SpeedPlan, SpeedSettings, Spread, Timed, Times,
};
pub use split::{Split, UnknownSplit};
pub use subject::Subject;
pub use sweep::SweepRow;
pub use terms::Terms;
