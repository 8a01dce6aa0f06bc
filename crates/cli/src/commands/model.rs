//! `hesscope model`: what a model from a file holds.

use std::path::PathBuf;

use hesscope_onnx::{Model, OnnxError, Role, Selection, Summary};
use hesscope_report::plain::table;
use hesscope_study::StudyError;

use crate::failure::Failure;
use crate::options::value::extents;
use crate::output::print;

/// How a model is exported, as `--help` says.
const HOW: &str = "\
PyTorch exports a model with

  x = torch.randn(2, 3, 32, 32)
  torch.onnx.export(model.eval(), (x,), \"model.onnx\", dynamo=True, optimize=False,
                    dynamic_shapes=({0: torch.export.Dim(\"batch\")},))

Without optimize=False batch normalization is folded into convolutions, and the parameters are others. `hesscope run --model
model.onnx --dataset …` measures it.";

/// What is asked of models.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = HOW)]
pub enum ModelCommand {
    /// Print operators, parameters, inputs, outputs and operations of an ONNX model, and the operators that have no rule
    #[command(after_help = HOW)]
    Info(InfoOptions),
}

/// Which model.
#[derive(Debug, clap::Args)]
pub struct InfoOptions {
    /// The model
    #[arg(value_name = "FILE.onnx")]
    file: PathBuf,
    /// Tensors that are parameters: names or patterns, separated by commas [default: all that were trained, as far as the
    /// file tells]
    #[arg(long, value_name = "PATTERNS")]
    parameters: Vec<String>,
    /// Parameters that are held fixed: names or patterns, separated by commas [default: none]
    #[arg(long, value_name = "PATTERNS")]
    frozen: Vec<String>,
    /// Output with the logits [default: the first]
    #[arg(long, value_name = "NAME")]
    output: Option<String>,
    /// Extents of the inputs, as in 1x3x224x224, to count operations where the model leaves them open
    /// [default: those of the model, with a batch of 1]
    #[arg(long, value_name = "EXTENTS", value_parser = input_extents)]
    shape: Option<Extents>,
}

/// Extents of inputs, the batch first.
#[derive(Debug, Clone)]
struct Extents(Vec<usize>);

fn input_extents(text: &str) -> Result<Extents, String> {
    extents(text)
        .map(Extents)
        .ok_or_else(|| {
            format!("the extents of inputs cannot be `{text}`: give the batch and the others, as in 1x3x32x32")
        })
}

/// Prints what is asked for.
pub fn run(command: &ModelCommand) -> Result<(), Failure> {
    match command {
        ModelCommand::Info(options) => info(options),
    }
}

fn info(options: &InfoOptions) -> Result<(), Failure> {
    let wrong = StudyError::onnx(&options.file);
    let model = Model::read(&options.file).map_err(&wrong)?;
    let selection = Selection {
        parameters: options.parameters.clone(),
        frozen: options.frozen.clone(),
        output: options.output.clone(),
        ..Selection::default()
    };
    let summary = model.summary(&selection).map_err(&wrong)?;
    let opset = |(domain, version): &(String, i64)| match domain.as_str() {
        "" => format!("opset {version}"),
        domain => format!("{domain} {version}"),
    };
    let opsets: Vec<String> = summary.opsets.iter().map(opset).collect();
    print(format_args!(
        "{}: IR version {}, {}, by {}",
        options.file.display(),
        summary.ir_version,
        opsets.join(", "),
        if summary.producer.is_empty() {
            "an unnamed program"
        } else {
            &summary.producer
        },
    ));
    for (word, signatures) in [("input", &summary.inputs), ("output", &summary.outputs)] {
        for signature in signatures {
            print(format_args!("{word} {signature}"));
        }
    }
    let operators: Vec<String> = summary
        .operators
        .iter()
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    print(format_args!("operators: {}", operators.join(", ")));
    print(parameters(&summary));
    let fixed: Vec<String> = summary
        .stored
        .iter()
        .filter(|tensor| !matches!(tensor.role, Role::Parameter | Role::Discrete | Role::Unused))
        .map(|tensor| format!("{} ({})", tensor.name, tensor.role))
        .collect();
    if !fixed.is_empty() {
        print(format_args!("held fixed: {}", fixed.join(", ")));
    }
    if summary.normalization_folded {
        print(
            "batch normalization was folded into convolutions when the model was exported, so that its parameters are others than \
             the network's: export it again with optimize=False",
        );
    }
    if !summary.parameters_lost.is_empty() {
        print(format_args!(
            "the network had parameters that the file no longer has under their names, so that these are others: {}; export it again with \
             optimize=False",
            summary.parameters_lost.join(", ")
        ));
    }
    let missing = model.missing(&selection).map_err(&wrong)?;
    if missing.is_empty() {
        print(operations(&model, &selection, options.shape.as_ref()).map_err(&wrong)?);
        return Ok(());
    }
    let sentences: Vec<String> = missing.iter().map(ToString::to_string).collect();
    Err(Failure::new(sentences.join("\n")))
}

/// The parameters as a table, and their number.
fn parameters(summary: &Summary) -> String {
    let rows = summary.parameters().map(|tensor| {
        let extents: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
        [
            tensor.name.clone(),
            extents.join("x"),
            tensor.count.to_string(),
        ]
    });
    let all = summary.parameter_count().to_string();
    let all = ["all".to_owned(), String::new(), all];
    table(["parameter", "extents", "count"], rows.chain([all]))
}

/// A line on the operations of a forward pass of one example, or on what is to be given to know them.
fn operations(
    model: &Model,
    selection: &Selection,
    shape: Option<&Extents>,
) -> Result<String, OnnxError> {
    let known = match shape {
        Some(Extents(shape)) => Some(shape.clone()),
        None => model.input(selection)?.extents(1),
    };
    let Some(shape) = known else {
        return Ok(
            "operations: the model leaves extents of its inputs open, give them with --shape"
                .into(),
        );
    };
    let count = 2.0 * model.multiply_adds(selection, &shape)? as f64 / shape[0] as f64;
    Ok(format!(
        "operations: {count:.3e} of floating point an example in the forward pass, those of matrix products and convolutions"
    ))
}
