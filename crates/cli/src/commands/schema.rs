//! `hesscope schema`: the JSON schemas of the files.

use hesscope_records::Document;

use crate::failure::Failure;
use crate::output::print;

/// Which schema.
#[derive(Debug, clap::Args)]
pub struct SchemaOptions {
    /// Kind of file, of metrics a line
    #[arg(value_parser = Document::ALL.map(Document::name))]
    document: String,
}

/// Prints the schema.
pub fn run(options: &SchemaOptions) -> Result<(), Failure> {
    let mut all = Document::ALL.into_iter();
    if let Some(document) = all.find(|known| known.name() == options.document) {
        print(serde_json::to_string_pretty(&document.json_schema())?);
    }
    Ok(())
}
