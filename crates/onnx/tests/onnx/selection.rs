//! What is a parameter, by the rules and by choice.

use burn::tensor::TensorData;
use hesscope_onnx::{Dimension, ElementType, Model, Role, Selection};

use crate::common::{fixtures, shared};

fn model(name: &str) -> Model {
    Model::read(&fixtures().join(format!("{name}.onnx"))).expect("a model")
}

fn names(model: &Model, selection: &Selection) -> Vec<String> {
    let summary = model.summary(selection).expect("a summary");
    summary
        .parameters()
        .map(|tensor| tensor.name.clone())
        .collect()
}

fn chosen(parameters: &[&str], frozen: &[&str]) -> Selection {
    let owned = |patterns: &[&str]| patterns.iter().map(|&pattern| pattern.to_owned()).collect();
    Selection {
        parameters: owned(parameters),
        frozen: owned(frozen),
        ..Selection::default()
    }
}

fn role(model: &Model, name: &str) -> Role {
    let summary = model.summary(&Selection::default()).expect("a summary");
    let tensor = summary
        .stored
        .into_iter()
        .find(|tensor| tensor.name == name);
    tensor.expect("a stored tensor").role
}

#[test]
fn running_statistics_and_triangles_are_no_parameters() {
    let sequences = model("sequences");
    assert_eq!(
        role(&sequences, "norm.running_mean"),
        Role::RunningStatistic
    );
    assert_eq!(role(&sequences, "norm.weight"), Role::Parameter);
    assert_eq!(role(&model("tied"), "mask"), Role::Setting);
    // A mask that is added, by its numbers alone.
    assert_eq!(role(&model("attention"), "mask"), Role::Setting);
    // A number of the module's own.
    assert_eq!(role(&model("norms"), "scale"), Role::Parameter);
}

#[test]
fn patterns_choose_parameters() {
    let model = model("mixer");
    let all = names(&model, &Selection::default());
    assert_eq!(all.len(), 10);
    let tokens = names(&model, &chosen(&["tokens.*"], &[]));
    assert_eq!(
        tokens,
        [
            "tokens.0.weight",
            "tokens.0.bias",
            "tokens.2.weight",
            "tokens.2.bias"
        ]
    );
    let weights = names(&model, &chosen(&["tokens.*"], &["*.bias"]));
    assert_eq!(weights, ["tokens.0.weight", "tokens.2.weight"]);
    let frozen = names(&model, &chosen(&[], &["head.*", "norm.weight"]));
    assert_eq!(frozen.len(), 7);
    let program = model
        .program(&chosen(&["head.*"], &[]), &[2, 1, 8, 8])
        .expect("a program");
    let offsets = program.offsets();
    assert_eq!(
        (offsets["head.weight"].clone(), offsets["head.bias"].clone()),
        (0..12, 12..15)
    );
    assert_eq!(program.dim(), 15);
}

#[test]
fn patterns_without_a_match_are_refused() {
    let model = model("mixer");
    let message = |selection: Selection| match model.program(&selection, &[2, 1, 8, 8]) {
        Ok(_) => panic!("refused"),
        Err(error) => error.to_string(),
    };
    assert_eq!(
        message(chosen(&["head.wait"], &[])),
        "`head.wait` matches no stored tensor of floats that the logits depend on: the nearest of 10 are `head.bias`, \
         `head.weight`, `norm.bias`, `norm.weight`, `patch.bias`"
    );
    assert!(message(chosen(&[], &["nothing*"])).starts_with("`nothing*` matches no stored tensor"));
    assert!(message(chosen(&["a{"], &[])).starts_with("`a{` is no pattern of names: "));
    assert_eq!(
        message(chosen(&["*"], &["*"])),
        "the model has no parameter: name stored tensors that are trained"
    );
    let other = Selection {
        input: Some("imput".to_owned()),
        ..Selection::default()
    };
    assert_eq!(
        message(other),
        "the model has no input `imput`: there are `input`"
    );
    let other = Selection {
        output: Some("logit".to_owned()),
        ..Selection::default()
    };
    assert_eq!(
        message(other),
        "the model has no output `logit`: there are `logits`"
    );
    let other = Selection {
        values: vec![("scale".to_owned(), TensorData::new(vec![1.0f32], [1]))],
        ..Selection::default()
    };
    assert_eq!(
        message(other),
        "a value was given for the input `scale`, which the model does not have: there are `input`"
    );
}

#[test]
fn models_say_what_they_are() {
    let model = model("mixer");
    let selection = Selection::default();
    let summary = model.summary(&selection).expect("a summary");
    assert_eq!(summary.opsets, [(String::new(), 11)]);
    assert!(
        summary.producer.starts_with("pytorch "),
        "{}",
        summary.producer
    );
    assert_eq!(summary.operators["Conv"], 1);
    assert_eq!(summary.parameter_count(), 140);
    assert_eq!((summary.inputs.len(), summary.outputs.len()), (1, 1));
    assert_eq!(
        summary.inputs[0].to_string(),
        "`input` of float32 [batch, 1, 8, 8]"
    );
    assert_eq!(summary.inputs[0].element, ElementType::Float);
    assert_eq!(
        summary.inputs[0].shape.as_ref().expect("a shape")[0],
        Dimension::Symbol("batch".into())
    );
    assert!(!summary.normalization_folded && summary.parameters_lost.is_empty());
    assert_eq!(model.sha256().len(), 64);
    // 4 patches of 4 channels by windows of 16; two products over tokens; the head.
    let adds = model
        .multiply_adds(&selection, &[1, 1, 8, 8])
        .expect("a program");
    assert_eq!(adds, 4 * 4 * 16 + 4 * 4 * 5 + 4 * 5 * 4 + 4 * 3);
    assert_eq!(model.fixed_batch(&selection).expect("an input"), None);
    assert!(!model.takes_integers(&selection).expect("an input"));
}

/// The identity is that of the file and of the data beside it.
#[test]
fn data_beside_a_model_are_part_of_its_identity() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["lookups.onnx", "lookups.data"] {
        std::fs::copy(fixtures().join(name), folder.path().join(name)).expect("copied");
    }
    let path = folder.path().join("lookups.onnx");
    let first = Model::read(&path).expect("a model");
    let data = folder.path().join("lookups.data");
    let mut bytes = std::fs::read(&data).expect("data");
    bytes[3] ^= 1;
    std::fs::write(&data, bytes).expect("written");
    assert_ne!(
        first.sha256(),
        Model::read(&path).expect("a model").sha256()
    );
}

#[test]
fn shared_models_take_what_their_files_say() {
    let Some(folder) = shared() else {
        return;
    };
    let model = Model::read(&folder.join("char_lm.onnx")).expect("a model");
    assert!(
        model
            .takes_integers(&Selection::default())
            .expect("an input")
    );
    assert!(
        model
            .missing(&Selection::default())
            .expect("a graph")
            .is_empty()
    );
    let error = model
        .program(&Selection::default(), &[2, 7])
        .expect_err("refused");
    assert_eq!(
        error.to_string(),
        "the model takes inputs `input` of int64 [batch, 6] but the data have the shape [2, 7]: prepare the data as the model \
         was trained"
    );
}
