//! The JSON schemas of the files, for readers in other languages.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::analysis::Analysis;
use crate::class_means::ClassMeans;
use crate::comparison::Comparison;
use crate::dynamics::Dynamics;
use crate::eigenvalues::Eigenvalues;
use crate::figure::{MeansFigureRecord, SpectraRecord};
use crate::findings::Findings;
use crate::metrics::EpochRecord;
use crate::overlaps::Overlaps;
use crate::speed::Speed;
use crate::sweep::SweepRow;

/// The member that seals a file.
const SEAL: &str = "sha256";

/// A kind of file whose schema is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// A file of `analysis/`.
    Analysis,
    /// A file of `overlaps/`.
    Overlaps,
    /// A file of `eigenvalues/`.
    Eigenvalues,
    /// A file of `findings/`.
    Findings,
    /// A file of `means/`.
    ClassMeans,
    /// `dynamics.json`.
    Dynamics,
    /// `figure-spectra.json`.
    SpectraFigure,
    /// `figure-class-means.json`.
    MeansFigure,
    /// A line of `metrics.jsonl`.
    Metrics,
    /// A row of a sweep's table.
    SweepRow,
    /// The file of `hesscope speed --json`.
    Speed,
    /// `compare.json`.
    Comparison,
}

impl Document {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Analysis,
        Self::Overlaps,
        Self::Eigenvalues,
        Self::Findings,
        Self::ClassMeans,
        Self::Dynamics,
        Self::SpectraFigure,
        Self::MeansFigure,
        Self::Metrics,
        Self::SweepRow,
        Self::Speed,
        Self::Comparison,
    ];

    /// Its name, as in `analysis.schema.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Analysis => "analysis",
            Self::Overlaps => "overlaps",
            Self::Eigenvalues => "eigenvalues",
            Self::Findings => "findings",
            Self::ClassMeans => "class-means",
            Self::Dynamics => "dynamics",
            Self::SpectraFigure => "figure-spectra",
            Self::MeansFigure => "figure-class-means",
            Self::Metrics => "metrics",
            Self::SweepRow => "sweep-row",
            Self::Speed => "speed",
            Self::Comparison => "compare",
        }
    }

    /// Whether it is sealed: whether its first member is the SHA-256 of what follows.
    fn is_sealed(self) -> bool {
        self != Self::SweepRow
    }

    /// Its JSON Schema of draft 2020-12, which every file that hesscope writes is valid by.
    pub fn json_schema(self) -> Schema {
        let mut schema = self.content_schema();
        if self.is_sealed() {
            let seal = json!({
                "type": "string",
                "description": "SHA-256 of all bytes of the file, or line, behind the comma that follows it."
            });
            let fields = schema.ensure_object();
            if let Some(Value::Object(properties)) = fields.get_mut("properties") {
                properties.insert(SEAL.to_owned(), seal);
            }
            if let Some(Value::Array(required)) = fields.get_mut("required") {
                required.insert(0, SEAL.into());
            }
        }
        schema
    }

    /// The schema without the seal.
    fn content_schema(self) -> Schema {
        // What is written, not what is read: a field that is always there is required.
        let generator = SchemaSettings::draft2020_12()
            .for_serialize()
            .into_generator();
        match self {
            Self::Analysis => generator.into_root_schema_for::<Analysis>(),
            Self::Overlaps => generator.into_root_schema_for::<Overlaps>(),
            Self::Eigenvalues => generator.into_root_schema_for::<Eigenvalues>(),
            Self::Findings => generator.into_root_schema_for::<Findings>(),
            Self::ClassMeans => generator.into_root_schema_for::<ClassMeans>(),
            Self::Dynamics => generator.into_root_schema_for::<Dynamics>(),
            Self::SpectraFigure => generator.into_root_schema_for::<SpectraRecord>(),
            Self::MeansFigure => generator.into_root_schema_for::<MeansFigureRecord>(),
            Self::Metrics => generator.into_root_schema_for::<EpochRecord>(),
            Self::SweepRow => generator.into_root_schema_for::<SweepRow>(),
            Self::Speed => generator.into_root_schema_for::<Speed>(),
            Self::Comparison => generator.into_root_schema_for::<Comparison>(),
        }
    }
}
