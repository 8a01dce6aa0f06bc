//! Which of the tensors stored in a model are trained.
//!
//! ONNX does not say it. PyTorch's exporter of today marks the tensors of the module as parameters, buffers and constants;
//! where there are no such marks, names and uses decide. `docs/onnx.md` states the rules.

use std::collections::{HashMap, HashSet};

use hesscope_hvp::Kind;

use crate::graph::reads;
use crate::proto::{GraphProto, NodeProto};
use crate::role::Role;
use crate::tensor::Stored;

/// The key of PyTorch's mark beside the name of a tensor.
const MARK: &str = "pkg.torch.export.graph_signature.InputSpec.kind";

/// Inputs, by place, that an operator's value does not vary with smoothly, such as bounds, exponents and indices; of
/// operators without places, none.
const STEPS: [(&str, &[usize]); 41] = [
    ("And", &[]),
    ("ArgMax", &[]),
    ("ArgMin", &[]),
    ("Attention", &[3]),
    ("CastLike", &[1]),
    ("Ceil", &[]),
    ("Clip", &[1, 2]),
    ("ConstantOfShape", &[]),
    ("CumSum", &[1]),
    ("Dropout", &[1, 2]),
    ("Equal", &[]),
    ("Expand", &[1]),
    ("Floor", &[]),
    ("Gather", &[1]),
    ("GatherElements", &[1]),
    ("GatherND", &[1]),
    ("Greater", &[]),
    ("GreaterOrEqual", &[]),
    ("If", &[0]),
    ("IsInf", &[]),
    ("IsNaN", &[]),
    ("Less", &[]),
    ("LessOrEqual", &[]),
    ("NonZero", &[]),
    ("Not", &[]),
    ("OneHot", &[0, 1, 2]),
    ("Or", &[]),
    ("Pad", &[1, 2, 3]),
    ("Pow", &[1]),
    ("Range", &[]),
    ("Reshape", &[1]),
    ("Resize", &[1, 2, 3]),
    ("Round", &[]),
    ("Shape", &[]),
    ("Sign", &[]),
    ("Size", &[]),
    ("Slice", &[1, 2, 3, 4]),
    ("Tile", &[1]),
    ("Upsample", &[1]),
    ("Where", &[0]),
    ("Xor", &[]),
];

/// Inputs, by place, that are weights in nearly every network, of whatever size and name.
const WEIGHTS: [(&str, &[usize]); 10] = [
    ("Conv", &[1, 2]),
    ("ConvTranspose", &[1, 2]),
    ("Gemm", &[0, 1, 2]),
    ("MatMul", &[0, 1]),
    ("BatchNormalization", &[1, 2]),
    ("LayerNormalization", &[1, 2]),
    ("GroupNormalization", &[1, 2]),
    ("InstanceNormalization", &[1, 2]),
    ("RMSNormalization", &[1]),
    ("PRelu", &[1]),
];

/// Numbers as large as these only hide others.
const HIDING: f64 = 1e30;

/// Operators that pass on what they read as it is, or in another order.
const PASSING: [&str; 7] = [
    "Identity",
    "Transpose",
    "Reshape",
    "Cast",
    "Squeeze",
    "Unsqueeze",
    "Flatten",
];

/// How the nodes of the main graph use each name.
pub(crate) struct Uses<'a> {
    /// The node and the place among its inputs.
    places: HashMap<&'a str, Vec<(&'a NodeProto, usize)>>,
    /// The names that the logits vary with smoothly.
    smooth: HashSet<&'a str>,
}

/// Whether the value of a node varies smoothly with an input.
fn is_smooth(node: &NodeProto, place: usize) -> bool {
    let row = STEPS.binary_search_by_key(&node.op_type.as_str(), |(name, _)| name);
    match row.map(|row| STEPS[row].1) {
        Ok([]) => false,
        Ok(places) => !places.contains(&place),
        Err(_) => true,
    }
}

/// The names that an output varies with smoothly; `order` are the nodes that it depends on.
fn smooth<'a>(graph: &'a GraphProto, order: &[usize], output: &'a str) -> HashSet<&'a str> {
    let mut smooth = HashSet::from([output]);
    for &place in order.iter().rev() {
        let node = &graph.node[place];
        if !node
            .output
            .iter()
            .any(|name| smooth.contains(name.as_str()))
        {
            continue;
        }
        // What branches take from around them comes behind the inputs.
        let names = reads(node).into_iter().filter(|name| {
            let at = node.input.iter().position(|input| input == name);
            let all = node
                .input
                .iter()
                .enumerate()
                .filter(|(_, input)| input == name);
            at.is_none() || all.into_iter().any(|(place, _)| is_smooth(node, place))
        });
        smooth.extend(names);
    }
    smooth
}

impl<'a> Uses<'a> {
    pub fn of(graph: &'a GraphProto, order: &[usize], output: &'a str) -> Self {
        let mut uses: HashMap<&str, Vec<(&NodeProto, usize)>> = HashMap::new();
        for node in &graph.node {
            for (place, name) in node
                .input
                .iter()
                .enumerate()
                .filter(|(_, name)| !name.is_empty())
            {
                uses.entry(name).or_default().push((node, place));
            }
        }
        Uses {
            places: uses,
            smooth: smooth(graph, order, output),
        }
    }

    /// The uses of a name, through operators that pass it on.
    fn through(&self, name: &'a str) -> Vec<(&'a str, usize)> {
        let mut found = Vec::new();
        let mut open = vec![name];
        let mut seen = HashSet::new();
        while let Some(name) = open.pop() {
            if !seen.insert(name) {
                continue;
            }
            for &(node, place) in self.places.get(name).into_iter().flatten() {
                if place == 0 && PASSING.contains(&node.op_type.as_str()) {
                    open.extend(node.output.first().map(String::as_str));
                } else {
                    found.push((node.op_type.as_str(), place));
                }
            }
        }
        found
    }
}

fn listed(table: &[(&str, &[usize])], operator: &str, place: usize) -> bool {
    table
        .iter()
        .any(|(name, places)| *name == operator && places.contains(&place))
}

/// PyTorch's marks by the names of the tensors.
pub(crate) fn marks(graph: &GraphProto) -> HashMap<&str, &str> {
    let values = graph.value_info.iter().chain(&graph.input);
    let of_values = values.map(|value| (value.name.as_str(), &value.metadata_props));
    let tensors = graph.initializer.iter();
    let of_tensors = tensors.map(|tensor| (tensor.name.as_str(), &tensor.metadata_props));
    of_values
        .chain(of_tensors)
        .filter_map(|(name, entries)| {
            let mark = entries.iter().find(|entry| entry.key == MARK)?;
            Some((name, mark.value.as_str()))
        })
        .collect()
}

/// Whether an exporter made up a name, rather than taking it from the network.
fn made_up(name: &str) -> bool {
    let starts = [
        "val_",
        "onnx::",
        "_to_copy",
        "scalar_tensor",
        "const_",
        "Const",
        "constant",
        "_val_",
        "expand_",
        "arange",
    ];
    let ends = ["/x", "/y", "/x:0", "/y:0", "/Const:0"];
    name.is_empty()
        || name.bytes().all(|byte| byte.is_ascii_digit())
        || starts.iter().any(|start| name.starts_with(start))
        || ends.iter().any(|end| name.ends_with(end))
        || name.contains("Constant_")
}

/// Whether a name is that PyTorch gives to a tensor written in the source of a network.
fn written_in_source(name: &str) -> bool {
    [
        "lifted_tensor",
        "c_lifted_tensor",
        "_tensor_constant",
        "c__tensor_constant",
    ]
    .iter()
    .any(|start| {
        name.rsplit('.')
            .next()
            .is_some_and(|last| last.starts_with(start))
    })
}

/// Whether the elements are ones among zeros, as of a triangle that hides what comes later.
fn is_pattern(stored: &Stored) -> bool {
    let mut seen = [false, false];
    let zero_or_one = |x: f64| {
        seen[usize::from(x == 1.0)] = true;
        x == 0.0 || x == 1.0
    };
    stored.data.iter::<f64>().all(zero_or_one) && seen == [true, true]
}

/// Whether all elements are one, or all zero.
fn is_filled(stored: &Stored) -> bool {
    let all = |number: f64| stored.data.iter::<f64>().all(|x| x == number);
    all(0.0) || all(1.0)
}

fn is_statistic(name: &str) -> bool {
    let last = name.rsplit(['.', '/']).next().unwrap_or(name);
    [
        "running_mean",
        "running_var",
        "moving_mean",
        "moving_variance",
    ]
    .iter()
    .any(|statistic| last.starts_with(statistic))
}

/// The role of a tensor by the rules; `marked` says whether the model has marks at all.
pub(crate) fn role<'a>(
    name: &'a str,
    stored: &Stored,
    uses: &Uses<'a>,
    marks: &HashMap<&str, &str>,
) -> Role {
    if stored.element.kind() != Kind::Float {
        return Role::Discrete;
    }
    let smooth = uses.smooth.contains(name);
    let uses = uses.through(name);
    let normalizes =
        |&(operator, place): &(&str, usize)| operator == "BatchNormalization" && place > 2;
    if (!uses.is_empty() && uses.iter().all(normalizes)) || is_statistic(name) {
        return Role::RunningStatistic;
    }
    match marks.get(name) {
        Some(&"PARAMETER") => return Role::Parameter,
        Some(_) => return Role::Marked,
        None => {}
    }
    if written_in_source(name) {
        return Role::Written;
    }
    if !smooth {
        return Role::Setting;
    }
    let hides = |x: f64| !x.is_finite() || x.abs() > HIDING;
    if stored.data.iter::<f64>().any(hides) || is_pattern(stored) {
        return Role::Mask;
    }
    let weight = uses
        .iter()
        .any(|(operator, place)| listed(&WEIGHTS, operator, *place));
    let of_the_module = !made_up(name);
    let one_number = stored.shape.iter().product::<usize>() <= 1;
    // Beside tensors that are marked, one that is not was computed by the exporter, from weights or from constants.
    let marked = marks.values().any(|mark| *mark == "PARAMETER");
    // Exporters fill up the scales and shifts that an operator must have and the network has not.
    let filled = marked && made_up(name) && is_filled(stored);
    let trained = match (marked, one_number) {
        _ if filled => false,
        _ if weight => true,
        (true, _) => name.contains('.'),
        (false, true) => of_the_module,
        (false, false) => true,
    };
    if trained {
        Role::Parameter
    } else {
        Role::Written
    }
}
