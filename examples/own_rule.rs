//! A rule of one's own, for an operation Burn records and hesscope has no rule for: the arc tangent.
//!
//!     cargo run --release --example own_rule

mod shared;

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};
use hesscope::hvp::ir::{FloatOperationIr, OperationIr};
use hesscope::hvp::rules::{PerInput, Point, Rule, Saved};
use hesscope::hvp::{Array, Examples, Loss, Lowering, Precision, Problem, ProblemOptions, Rules};
use shared::Outcome;

/// y = arctan x, with y' = 1 / (1 + x²) and y'' = -2 x y'².
#[derive(Debug)]
struct ArcTan;

impl ArcTan {
    /// The first derivative, with the axis of directions in front.
    fn first(x: &Array) -> Array {
        x.mul(x).add_scalar(1.0).recip().unsqueeze()
    }
}

impl Rule for ArcTan {
    fn name(&self) -> &str {
        "arctan"
    }

    /// Any operation of Burn's will do, on a tensor of however many axes suits it.
    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let shape = inputs[0].shape();
        let x: Tensor<1> = inputs[0].reshape(&[shape.iter().product()]).to_tensor();
        let y = Array::from_tensor(x.atan()).reshape(&shape);
        (y, Saved::default())
    }

    /// ẏ = y' ẋ.
    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let first = Self::first(&at.inputs[0]);
        tangents[0].as_ref().map(|tangent| tangent.mul(&first))
    }

    /// x̄ = y' ȳ.
    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        vec![Some(cotangent.mul(&Self::first(&at.inputs[0])))]
    }

    /// The derivative of x̄ along ẋ: y'' ẋ ȳ.
    fn vjp_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        _wanted: &[bool],
    ) -> PerInput {
        let first = Self::first(&at.inputs[0]);
        let second = first.mul(&first).mul(&at.inputs[0]).scale(-2.0);
        vec![
            tangents[0]
                .as_ref()
                .map(|tangent| tangent.mul(&second.mul(cotangent))),
        ]
    }
}

/// The rule for what Burn records, where it is the arc tangent.
fn arctan(recorded: &OperationIr) -> Option<Lowering> {
    match recorded {
        OperationIr::Float(_, FloatOperationIr::ArcTan(op)) => {
            Some(Lowering::new(ArcTan, &[&op.input], &op.out))
        }
        _ => None,
    }
}

#[derive(Module, Debug)]
struct Classifier {
    first: Linear,
    second: Linear,
}

impl Classifier {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.second.forward(self.first.forward(x).atan())
    }
}

fn main() -> Outcome {
    let device = Device::flex();
    device.seed(1);
    let network = Classifier {
        first: LinearConfig::new(4, 6).init(&device),
        second: LinearConfig::new(6, 3).init(&device),
    };
    let values = (0..120).map(|i| ((i * 37 + i / 7) % 41) as f64 / 20.0 - 1.0);
    let examples = Examples {
        inputs: TensorData::new(values.collect::<Vec<_>>(), [30, 4]),
        labels: (0..30).map(|i| (i * i % 3) as u32).collect(),
    };
    let forward = |network: &Classifier, x| network.forward(x);
    let options = ProblemOptions {
        precision: Precision::F64,
        ..ProblemOptions::default()
    };
    let refused = Problem::new(&network, forward, examples.clone(), &device, options).err();
    println!("without it: {}", refused.ok_or("there is a rule by now")?);

    let rules = Rules::standard().with(arctan);
    let loss = Loss::default();
    let mut problem =
        Problem::with_rules(&rules, &network, forward, examples, loss, &device, options)?;
    shared::agreement(&mut problem)
}
