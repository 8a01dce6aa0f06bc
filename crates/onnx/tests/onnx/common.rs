//! Files of numbers, problems, and models put together from messages.

use std::path::{Path, PathBuf};

use burn::tensor::{DType, Device, TensorData};
use hesscope_hvp::{Array, Examples, Precision, Problem, ProblemOptions};
use hesscope_onnx::{Model, Selection};
use hesscope_spectral::{LinearOperator, VectorSpace};
use safetensors::{Dtype, SafeTensors};

/// Tensors read from a file.
pub struct Numbers(Vec<u8>);

impl Numbers {
    pub fn read(path: &Path) -> Self {
        Numbers(std::fs::read(path).expect("the numbers beside a model"))
    }

    fn file(&self) -> SafeTensors<'_> {
        SafeTensors::deserialize(&self.0).expect("a file of tensors")
    }

    pub fn tensor(&self, name: &str) -> TensorData {
        let file = self.file();
        let tensor = file.tensor(name).expect("a tensor of the file");
        let dtype = match tensor.dtype() {
            Dtype::F32 => DType::F32,
            Dtype::F64 => DType::F64,
            Dtype::I64 => DType::I64,
            other => panic!("tensors of {other:?}"),
        };
        TensorData::from_bytes_vec(tensor.data().to_vec(), tensor.shape().to_vec(), dtype)
    }

    pub fn values(&self, name: &str) -> Vec<f64> {
        self.tensor(name).iter::<f64>().collect()
    }

    /// The names of the parameters in the order of the vectors.
    pub fn order(&self) -> Vec<String> {
        let (_, metadata) = SafeTensors::read_metadata(&self.0).expect("a header");
        let metadata = metadata.metadata().clone().expect("metadata");
        let meta: serde_json::Value = serde_json::from_str(&metadata["meta"]).expect("JSON");
        let names = meta["parameter_order"].as_array().expect("a list");
        names
            .iter()
            .map(|name| name.as_str().expect("a name").to_owned())
            .collect()
    }

    pub fn examples(&self) -> Examples {
        Examples {
            inputs: self.tensor("input"),
            labels: self.tensor("labels").iter::<u32>().collect(),
        }
    }
}

pub fn options(precision: Precision) -> ProblemOptions {
    ProblemOptions {
        precision,
        ..ProblemOptions::default()
    }
}

/// The problem of a model with examples.
pub fn problem(model: &Model, examples: Examples, options: ProblemOptions) -> Problem {
    model
        .problem(
            &Selection::default(),
            examples,
            hesscope_hvp::Objective::default(),
            &Device::flex(),
            options,
        )
        .expect("a model of operators with rules")
}

/// Numbers of a vector in another order of the parameters, by the names of both.
pub struct Reordering(Vec<usize>);

impl Reordering {
    /// `order` are the names of the parameters in the vectors of the file.
    pub fn new(problem: &Problem, order: &[String]) -> Self {
        let offsets = problem.program().offsets();
        assert_eq!(
            offsets.len(),
            order.len(),
            "parameters {:?}",
            offsets.keys()
        );
        Reordering(
            order
                .iter()
                .flat_map(|name| offsets[name.as_str()].clone())
                .collect(),
        )
    }

    /// A vector of the problem as the file has it.
    pub fn to_file(&self, vector: &[f64]) -> Vec<f64> {
        self.0.iter().map(|&place| vector[place]).collect()
    }

    pub fn to_problem(&self, vector: &[f64]) -> Vec<f64> {
        let mut own = vec![0.0; vector.len()];
        for (&place, &number) in self.0.iter().zip(vector) {
            own[place] = number;
        }
        own
    }
}

pub fn array(problem: &Problem, values: &[f64]) -> Array {
    let space = problem.space();
    Array::from_vec(
        values.to_vec(),
        &[values.len()],
        space.precision(),
        space.device(),
    )
}

pub fn host(array: &Array) -> Vec<f64> {
    array.to_f64().expect("the CPU reads its own memory")
}

/// The distance from numbers, relative to their norm.
pub fn distance(ours: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(ours.len(), expected.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    let difference = norm(&mut ours.iter().zip(expected).map(|(a, b)| a - b));
    difference / norm(&mut expected.iter().copied())
}

/// Products of the Hessian with vectors of the file's order.
pub fn products(problem: &Problem, order: &Reordering, vectors: &[f64]) -> Vec<f64> {
    let p = problem.space().dim();
    let vectors: Vec<Array> = vectors
        .chunks(p)
        .map(|v| array(problem, &order.to_problem(v)))
        .collect();
    let operator = problem.operator(hesscope_hvp::Part::Hess);
    let products = operator.apply(&vectors).expect("products");
    products
        .iter()
        .flat_map(|product| order.to_file(&host(product)))
        .collect()
}

/// The logits of a model, whose program is for all inputs at once.
pub fn logits(model: &Model, selection: &Selection, inputs: TensorData) -> Vec<f64> {
    let program = model
        .program(selection, &inputs.shape().to_vec())
        .expect("a program");
    let values = program.initial().iter();
    let parameters: Vec<Array> = values
        .map(|data| Array::from_data(data.clone(), Precision::F64, &Device::flex()))
        .collect();
    let loss = hesscope_hvp::BatchLoss::of_program(program, Precision::F64, &Device::flex());
    host(&loss.logits(&parameters, inputs))
}

/// The folder of shared models; absent only on a user's machine, never in CI.
pub fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("HESSCOPE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let folder = shared.join("onnx");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "{} is missing",
        folder.display()
    );
    eprintln!("left out: {} is missing", folder.display());
    None
}

/// The folder of models that lie beside the tests.
pub fn fixtures() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"))
}
