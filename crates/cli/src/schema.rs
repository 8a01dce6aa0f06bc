//! `hesscope schema`: the JSON schemas of the files.

use hesscope_report::schema::Document;

use crate::failure::Failure;

/// Which schema.
#[derive(Debug, clap::Args)]
pub struct SchemaOptions {
    /// Kind of file: analysis, overlaps, metrics (a line), sweep-row
    pub document: String,
}

/// `hesscope schema`.
pub fn run(options: &SchemaOptions) -> Result<(), Failure> {
    let mut all = Document::ALL.into_iter();
    let Some(document) = all.find(|known| known.name() == options.document) else {
        return Err(Failure::new(format!(
            "there is no schema of {:?}: choose one of {}",
            options.document,
            Document::ALL.map(Document::name).join(", ")
        )));
    };
    println!("{}", serde_json::to_string_pretty(&document.json_schema())?);
    Ok(())
}
