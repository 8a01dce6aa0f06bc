//! Bad models and the sentences they are refused with.

use std::path::Path;

use hesscope_onnx::{Model, Selection};

/// A message of the format, field after field.
#[derive(Clone, Default)]
struct Message(Vec<u8>);

fn varint(mut value: u64, bytes: &mut Vec<u8>) {
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

impl Message {
    fn int(mut self, field: u64, value: i64) -> Self {
        varint(field << 3, &mut self.0);
        varint(value.cast_unsigned(), &mut self.0);
        self
    }

    fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        varint(field << 3 | 2, &mut self.0);
        varint(bytes.len() as u64, &mut self.0);
        self.0.extend(bytes);
        self
    }

    fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    fn message(self, field: u64, message: Message) -> Self {
        self.bytes(field, &message.0)
    }

    fn all(self, field: u64, messages: impl IntoIterator<Item = Message>) -> Self {
        messages
            .into_iter()
            .fold(self, |whole, message| whole.message(field, message))
    }
}

fn node(operator: &str, inputs: &[&str], outputs: &[&str]) -> Message {
    let named = inputs
        .iter()
        .fold(Message::default(), |node, name| node.text(1, name));
    let named = outputs.iter().fold(named, |node, name| node.text(2, name));
    named.text(3, &format!("/{operator}")).text(4, operator)
}

/// A node with an integer among its settings.
fn with_int(node: Message, name: &str, value: i64) -> Message {
    node.message(5, Message::default().text(1, name).int(3, value).int(20, 2))
}

fn with_ints(node: Message, name: &str, values: &[i64]) -> Message {
    let attribute = Message::default().text(1, name).int(20, 7);
    node.message(
        5,
        values
            .iter()
            .fold(attribute, |attribute, &value| attribute.int(8, value)),
    )
}

fn tensor(name: &str, kind: i64, dims: &[i64], raw: &[u8]) -> Message {
    let shaped = dims
        .iter()
        .fold(Message::default(), |tensor, &extent| tensor.int(1, extent));
    shaped.int(2, kind).text(8, name).bytes(9, raw)
}

/// Floats of one half.
fn floats(name: &str, dims: &[i64]) -> Message {
    let count: i64 = dims.iter().product();
    let raw: Vec<u8> = (0..count).flat_map(|_| 0.5f32.to_le_bytes()).collect();
    tensor(name, 1, dims, &raw)
}

fn integers(name: &str, values: &[i64]) -> Message {
    let raw: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    tensor(name, 7, &[values.len() as i64], &raw)
}

fn value(name: &str, kind: i64, dims: &[i64]) -> Message {
    let extents = dims.iter().map(|&extent| match extent {
        0 => Message::default().text(2, "n"),
        extent => Message::default().int(1, extent),
    });
    let shape = Message::default().all(1, extents);
    let tensor = Message::default().int(1, kind).message(2, shape);
    Message::default()
        .text(1, name)
        .message(2, Message::default().message(1, tensor))
}

fn graph(nodes: Vec<Message>, stored: Vec<Message>, inputs: Vec<Message>) -> Message {
    let graph = Message::default()
        .all(1, nodes)
        .text(2, "g")
        .all(5, stored)
        .all(11, inputs);
    graph.message(12, value("logits", 1, &[0, 3]))
}

fn of_opset(version: i64, graph: Message) -> Message {
    let opset = Message::default().text(1, "").int(2, version);
    Message::default()
        .int(1, 10)
        .text(2, "tests")
        .message(7, graph)
        .message(8, opset)
}

/// A model of inputs [n, 4] with these nodes and tensors.
fn model(nodes: Vec<Message>, stored: Vec<Message>) -> Vec<u8> {
    of_opset(20, graph(nodes, stored, vec![value("x", 1, &[0, 4])])).0
}

fn head() -> Message {
    node("MatMul", &["x", "head.weight"], &["logits"])
}

fn weight() -> Message {
    floats("head.weight", &[4, 3])
}

fn good() -> Vec<u8> {
    model(vec![head()], vec![weight()])
}

fn message_of(bytes: Vec<u8>, folder: Option<&Path>) -> String {
    let made = Model::from_bytes(bytes, folder)
        .and_then(|model| model.program(&Selection::default(), &[2, 4]));
    match made {
        Ok(_) => panic!("it is read"),
        Err(error) => error.to_string(),
    }
}

fn refused(bytes: Vec<u8>, sentence: &str) {
    assert_eq!(message_of(bytes, None), sentence);
}

#[test]
fn the_good_model_is_read() {
    let model = Model::from_bytes(good(), None).expect("a model");
    assert_eq!(
        model
            .program(&Selection::default(), &[2, 4])
            .expect("a program")
            .dim(),
        12
    );
}

#[test]
fn files_that_are_no_models() {
    let mut cut = good();
    cut.truncate(cut.len() - 40);
    assert!(
        message_of(cut, None).starts_with("it is not an ONNX model, or a part of it is missing (")
    );
    assert!(
        message_of(b"\x89PNG\r\n\x1a\n....".to_vec(), None).starts_with("it is not an ONNX model")
    );
    refused(Vec::new(), "the model has no graph: export it again");
    refused(
        of_opset(20, Message::default()).0,
        "the model has no graph: export it again",
    );
    let old = of_opset(
        9,
        graph(vec![head()], vec![weight()], vec![value("x", 1, &[0, 4])]),
    );
    refused(
        old.0,
        "the model uses opset 9: export it with opset 11 or later",
    );
    let missing = Model::read(Path::new("no/such.onnx"))
        .expect_err("refused")
        .to_string();
    assert!(
        missing.starts_with("no/such.onnx could not be read: "),
        "{missing}"
    );
}

#[test]
fn stored_tensors_that_are_not_what_they_say() {
    let with = |stored: Message| model(vec![head()], vec![stored]);
    refused(
        with(tensor("head.weight", 1, &[4, 3], &[0; 47])),
        "the tensor `head.weight` has 47 bytes, but its shape [4, 3] of float32 needs 48",
    );
    refused(
        with(tensor("head.weight", 1, &[4, 3], &[])),
        "the tensor `head.weight` has 0 numbers, but its shape [4, 3] needs 12",
    );
    refused(
        with(tensor("head.weight", 99, &[4, 3], &[0; 48])),
        "the tensor `head.weight` has the data type 99, which is not known",
    );
    refused(
        with(tensor("head.weight", 14, &[4, 3], &[0; 96])),
        "the tensor `head.weight` has complex numbers, which have no rules",
    );
    refused(
        with(tensor("head.weight", 1, &[-4, 3], &[0; 48])),
        "the tensor `head.weight` has the extent -4: it must not be negative",
    );
    refused(
        with(tensor("head.weight", 1, &[1 << 62], &[0; 48])),
        "the tensor `head.weight` would have the shape [4611686018427387904], which no memory holds",
    );
    refused(
        with(tensor("head.weight", 1, &[1 << 38], &[0; 48])),
        "the tensor `head.weight` has 48 bytes, but its shape [274877906944] of float32 needs 1099511627776",
    );
    refused(
        with(tensor("head.weight", 1, &[i64::MAX, i64::MAX, 0], &[])),
        "the tensor `head.weight` would have the shape [9223372036854775807, 9223372036854775807, 0], which no memory holds",
    );
    refused(
        model(vec![head()], vec![weight(), weight()]),
        "the tensor `head.weight` is stored twice: export the model again",
    );
    let sparse = graph(vec![head()], vec![], vec![value("x", 1, &[0, 4])]);
    let sparse = sparse.message(15, Message::default().message(1, weight()));
    refused(
        of_opset(20, sparse).0,
        "the tensor `head.weight` is stored sparsely: store it densely",
    );
}

#[test]
fn data_beside_the_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let outside = folder.path().join("secret");
    let inside = folder.path().join("model");
    std::fs::create_dir(&inside).expect("a folder");
    std::fs::write(&outside, [0; 48]).expect("written");
    std::fs::write(inside.join("short"), [0; 40]).expect("written");
    let with = |location: &str, offset: &str, length: &str| {
        let entry = |key: &str, value: &str| Message::default().text(1, key).text(2, value);
        let entries = [
            entry("location", location),
            entry("offset", offset),
            entry("length", length),
        ];
        let stored = tensor("head.weight", 1, &[4, 3], &[])
            .all(13, entries)
            .int(14, 1);
        model(vec![head()], vec![stored])
    };
    let message = |bytes: Vec<u8>| message_of(bytes, Some(&inside));
    for location in [
        "../secret",
        outside.to_str().expect("text"),
        "",
        "a/../../secret",
    ] {
        assert_eq!(
            message(with(location, "0", "48")),
            format!(
                "the tensor `head.weight` lies in `{location}`, which is not within the folder of the model: its data must lie \
                 beside it"
            )
        );
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&outside, inside.join("link")).expect("a link");
        assert_eq!(
            message(with("link", "0", "48")),
            "the tensor `head.weight` lies in `link`, which leads out of the folder of the model: its data must lie beside it"
        );
    }
    let short = inside.canonicalize().expect("a folder").join("short");
    assert!(
        message(with("short", "0", "48"))
            .starts_with("the tensor `head.weight` needs the bytes 0 to 48 of ")
    );
    assert!(
        message(with("short", "18446744073709551615", "48"))
            .contains(" which has 40: a part of the file is missing")
    );
    assert_eq!(
        message(with("short", "0", "40")),
        "the tensor `head.weight` has 40 bytes of external data, but its shape and type need 48"
    );
    assert_eq!(
        message(with("short", "x", "48")),
        "the tensor `head.weight` has `x` as the offset of its external data: it must be a number of bytes"
    );
    assert!(
        message(with("gone", "0", "48"))
            .starts_with("the tensor `head.weight` lies in `gone`, which could not be read: ")
    );
    assert!(short.is_file());
    assert_eq!(
        message_of(with("short", "0", "48"), None),
        "the tensor `head.weight` lies in a file beside the model, but the model was not read from a folder"
    );
}

#[test]
fn graphs_that_do_not_hold_together() {
    let two = vec![node("Relu", &["x"], &["logits"]), head()];
    refused(
        model(two, vec![weight()]),
        "the name `logits` is given to two outputs of nodes: export the model again",
    );
    let stored = vec![weight(), floats("logits", &[1])];
    refused(
        model(vec![head()], stored),
        "the tensor `logits` is stored, and a node gives an output of that name: export the model again",
    );
    let circle = vec![
        node("Add", &["x", "b"], &["a"]),
        node("Relu", &["a"], &["b"]),
        node("MatMul", &["b", "head.weight"], &["logits"]),
    ];
    refused(
        model(circle, vec![weight()]),
        "the node `/Add` (Add) reads `b`, which depends on the node itself: export the model again",
    );
    refused(
        model(vec![head()], vec![]),
        "the node `/MatMul` (MatMul) reads `head.weight`, which nothing in the model gives: export it again",
    );
    refused(
        model(vec![node("Relu", &["x"], &["y"])], vec![]),
        "nothing in the model gives the output `logits`: export it again",
    );
    let inputs = vec![value("x", 1, &[0, 4]), value("mask", 1, &[4])];
    let two = graph(
        vec![
            node("Mul", &["x", "mask"], &["y"]),
            node("MatMul", &["y", "head.weight"], &["logits"]),
        ],
        vec![weight()],
        inputs,
    );
    refused(
        of_opset(20, two).0,
        "the model has the inputs `x`, `mask`: name the one that takes the examples, and give the others values",
    );
    refused(
        of_opset(20, graph(vec![head()], vec![weight()], vec![])).0,
        "the model has no input that takes examples",
    );
    let fixed = graph(vec![head()], vec![weight()], vec![value("x", 1, &[0, 5])]);
    refused(
        of_opset(20, fixed).0,
        "the model takes inputs `x` of float32 [n, 5] but the data have the shape [2, 4]: prepare the data as the model was trained",
    );
    let itself = node("Own", &["x"], &["y"]).text(7, "own");
    let function = Message::default()
        .text(1, "Own")
        .text(4, "x")
        .text(5, "y")
        .message(7, itself.clone())
        .text(10, "own");
    let nodes = vec![itself, node("MatMul", &["y", "head.weight"], &["logits"])];
    let calls = of_opset(
        20,
        graph(nodes, vec![weight()], vec![value("x", 1, &[0, 4])]),
    )
    .message(25, function);
    refused(
        calls.0,
        "functions or branches of the model lie in each other more than 32 deep: they may call themselves",
    );
}

#[test]
fn operators_without_rules() {
    let nodes = vec![
        node("MatMul", &["x", "body.weight"], &["h"]),
        node("Relu", &["h"], &["r"]),
        node("TopK", &["r", "k"], &["t", "i"]),
        node("Det", &["t"], &["d"]),
        node("MatMul", &["d", "head.weight"], &["logits"]),
    ];
    let stored = vec![
        floats("body.weight", &[4, 4]),
        weight(),
        integers("k", &[2]),
    ];
    let bytes = model(nodes, stored);
    refused(
        bytes.clone(),
        "the operator `TopK` of the node `/TopK`, near the parameter `body.weight`, has no rule for differentiating it twice: \
         write it with other operators before the export (docs/onnx.md lists them)",
    );
    let model_ = Model::from_bytes(bytes, None).expect("a model");
    let missing = model_.missing(&Selection::default()).expect("a graph");
    let operators: Vec<&str> = missing
        .iter()
        .map(|missing| missing.operator.as_str())
        .collect();
    assert_eq!(operators, ["TopK", "Det"]);
    let custom = node("Attention", &["x", "head.weight"], &["logits"]).text(7, "com.microsoft");
    assert!(
        message_of(model(vec![custom], vec![weight()]), None)
            .starts_with("the operator `com.microsoft::Attention` of the node")
    );
}

/// What a rule would not take, said of the node that asks for it.
#[test]
fn nodes_that_ask_for_what_cannot_be() {
    let cases: Vec<(Vec<Message>, Vec<Message>, &str)> = vec![
        (
            vec![node("MatMul", &["x", "w"], &["logits"])],
            vec![floats("w", &[5, 3])],
            "the node `/MatMul` (MatMul) multiplies tensors of shapes [2, 4] and [5, 3]",
        ),
        (
            vec![node("Add", &["x", "w"], &["logits"])],
            vec![floats("w", &[3])],
            "the node `/Add` (Add) reads tensors of shapes [2, 4] and [3], which do not broadcast",
        ),
        (
            vec![
                node("Reshape", &["x", "s"], &["y"]),
                node("MatMul", &["y", "w"], &["logits"]),
            ],
            vec![floats("w", &[4, 3]), integers("s", &[3, -1])],
            "the node `/Reshape` (Reshape) makes a tensor of shape [2, 4] one of shape [3, -1]",
        ),
        (
            vec![
                node("Expand", &["x", "s"], &["y"]),
                node("Mul", &["y", "w"], &["logits"]),
            ],
            vec![floats("w", &[1]), integers("s", &[1 << 40, 1, 1])],
            "the node `/Expand` (Expand) would have the shape [1099511627776, 2, 4], which no memory holds",
        ),
        (
            vec![
                node("ConstantOfShape", &["s"], &["y"]),
                node("Mul", &["y", "w"], &["logits"]),
            ],
            vec![floats("w", &[1]), integers("s", &[1 << 30])],
            "the node `/ConstantOfShape` (ConstantOfShape) gives a constant of shape [1073741824]: constants may have 67108864 \
             numbers",
        ),
        (
            vec![with_int(
                node("Concat", &["x", "w"], &["logits"]),
                "axis",
                3,
            )],
            vec![floats("w", &[2, 4])],
            "the node `/Concat` (Concat) names the axis 3 of a tensor of 2 axes",
        ),
        (
            vec![node("Conv", &["x", "w"], &["logits"])],
            vec![floats("w", &[3, 4, 1])],
            "the node `/Conv` (Conv) is over inputs of shape [2, 4]: there are rules for sequences [n, c, l] and images \
             [n, c, h, w]",
        ),
        (
            vec![
                with_ints(node("Transpose", &["x"], &["y"]), "perm", &[0, 0]),
                node("MatMul", &["y", "w"], &["logits"]),
            ],
            vec![floats("w", &[4, 3])],
            "the node `/Transpose` (Transpose) orders the axes of a tensor of shape [2, 4] as [0, 0]",
        ),
        (
            vec![
                node("Gather", &["w", "i"], &["y"]),
                node("Add", &["x", "y"], &["logits"]),
            ],
            vec![floats("w", &[3, 4]), integers("i", &[3])],
            "the node `/Gather` (Gather) takes the element 3 of an axis of 3",
        ),
        (
            vec![
                node("Div", &["i", "z"], &["y"]),
                node("Reshape", &["w", "y"], &["logits"]),
            ],
            vec![floats("w", &[4]), integers("i", &[4]), integers("z", &[0])],
            "the node `/Div` (Div) divides integers by zero",
        ),
        (
            vec![
                node("Relu", &["x", "w"], &["y"]),
                node("Sum", &[], &["z"]),
                node("Add", &["y", "z"], &["logits"]),
            ],
            vec![floats("w", &[4])],
            "the node `/Sum` (Sum) has no inputs",
        ),
        (
            vec![
                node("Softmax", &[""], &["y"]),
                node("MatMul", &["y", "w"], &["logits"]),
            ],
            vec![floats("w", &[4, 3])],
            "the node `/Softmax` (Softmax) lacks the input 0, counted from 0",
        ),
        (
            vec![
                node("Transpose", &["x"], &["y"]),
                node("MatMul", &["w", "x"], &["logits"]),
            ],
            vec![floats("w", &[5, 2])],
            "the output `logits` has the shape [5, 4] for a batch of 2: logits have the batch for their first axis and the classes \
             for their last",
        ),
        (
            vec![node("Equal", &["x", "w"], &["logits"])],
            vec![floats("w", &[1])],
            "the output `logits` has elements of bool: name an output with logits, which are floats",
        ),
        (
            vec![node("Relu", &["x"], &["logits"])],
            vec![],
            "the model has no parameter: name stored tensors that are trained",
        ),
    ];
    for (nodes, stored, sentence) in cases {
        refused(model(nodes, stored), sentence);
    }
}
