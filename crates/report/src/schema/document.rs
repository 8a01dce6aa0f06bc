//! The JSON schemas of the files, for readers in other languages.

use schemars::Schema;
use schemars::generate::SchemaSettings;

use super::{Analysis, EpochRecord, Overlaps, SweepRow};

/// A kind of file whose schema is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// A file of `analysis/`.
    Analysis,
    /// A file of `overlaps/`.
    Overlaps,
    /// A line of `metrics.jsonl`.
    Metrics,
    /// A row of a sweep's table.
    SweepRow,
}

impl Document {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Analysis,
        Self::Overlaps,
        Self::Metrics,
        Self::SweepRow,
    ];

    /// Its name, as in `analysis.schema.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Analysis => "analysis",
            Self::Overlaps => "overlaps",
            Self::Metrics => "metrics",
            Self::SweepRow => "sweep-row",
        }
    }

    /// Its JSON Schema of draft 2020-12, which every file that hesscope writes is valid by.
    pub fn json_schema(self) -> Schema {
        // What is written, not what is read: a field that is always there is required.
        let generator = SchemaSettings::draft2020_12()
            .for_serialize()
            .into_generator();
        match self {
            Self::Analysis => generator.into_root_schema_for::<Analysis>(),
            Self::Overlaps => generator.into_root_schema_for::<Overlaps>(),
            Self::Metrics => generator.into_root_schema_for::<EpochRecord>(),
            Self::SweepRow => generator.into_root_schema_for::<SweepRow>(),
        }
    }
}
