//! Rules of one's own: for an operation that has none, in place of one there is, and of several steps.

mod common;

use burn::nn::{Linear, LinearConfig};
use burn::tensor::{DType, Device, Int, Tensor, TensorData, activation};
use common::{close, differences, distance, entries, exact, filled, gradient};
use hesscope_hvp::ir::{ActivationOperationIr, FloatOperationIr, NumericOperationIr, OperationIr};
use hesscope_hvp::rules::activation::Pointwise;
use hesscope_hvp::rules::elementwise::{Affine, Mul};
use hesscope_hvp::rules::{PerInput, Point, Rule, Saved};
use hesscope_hvp::{
    Array, CaptureError, Examples, Kind, Loss, Lowering, Part, Precision, Problem, Rules, capture,
    capture_with,
};
use hesscope_spectral::to_dense;

/// The arc tangent, with derivatives 1/(1 + x²) and -2x/(1 + x²)².
#[derive(Debug)]
struct ArcTan;

fn slope(x: &Array) -> Array {
    x.mul(x).add_scalar(1.0).recip()
}

impl Rule for ArcTan {
    fn name(&self) -> &str {
        "arctan"
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let value = Array::from_tensor(inputs[0].to_tensor::<2, burn::tensor::Float>().atan());
        (value, Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let slope = slope(&at.inputs[0]).unsqueeze();
        tangents[0].as_ref().map(|tangent| tangent.mul(&slope))
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        vec![Some(cotangent.mul(&slope(&at.inputs[0]).unsqueeze()))]
    }

    fn vjp_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        _wanted: &[bool],
    ) -> PerInput {
        let x = &at.inputs[0];
        let slope = slope(x);
        let second = slope.mul(&slope).mul(x).scale(-2.0).unsqueeze();
        vec![
            tangents[0]
                .as_ref()
                .map(|tangent| tangent.mul(&second.mul(cotangent))),
        ]
    }
}

fn arctan(op: &OperationIr) -> Option<Lowering> {
    match op {
        OperationIr::Float(_, FloatOperationIr::ArcTan(op)) => {
            Some(Lowering::new(ArcTan, &[&op.input], &op.out))
        }
        _ => None,
    }
}

fn network() -> Linear {
    let linear = LinearConfig::new(3, 3).init(&Device::flex());
    filled(linear, 81, Precision::F64)
}

fn problem(rules: &Rules, forward: impl Fn(&Linear, Tensor<2>) -> Tensor<2>) -> Problem {
    let examples = Examples {
        inputs: TensorData::new(common::Numbers(82).vector(12), [4, 3]),
        labels: vec![0, 1, 2, 1],
    };
    Problem::with_rules(
        rules,
        &network(),
        forward,
        examples,
        Loss::default(),
        &Device::flex(),
        exact(),
    )
    .expect("rules for all of it")
}

fn hess(problem: &Problem) -> Vec<f64> {
    entries(&to_dense(&problem.operator(Part::Hess), 8).expect("products"))
}

fn check(mut problem: Problem) {
    let ours = hess(&problem);
    let expected = differences(&mut problem, 1e-5, gradient).concat();
    close(&ours, &expected, 1e-8, "Hess");
}

#[test]
fn an_operation_without_a_rule_gets_one() {
    let forward = |network: &Linear, x: Tensor<2>| network.forward(network.forward(x).atan());
    let error = capture(&network(), [4, 3], forward).expect_err("no rule");
    assert!(matches!(error, CaptureError::NoRule { .. }), "{error}");
    let rules = Rules::standard().with(arctan);
    let program = capture_with(&rules, &network(), [4, 3], forward).expect("now there is one");
    assert!(program.nodes().iter().any(|n| n.rule.name() == "arctan"));
    check(problem(&rules, forward));
}

/// Squares where a network has the rectifier, and something else still where asked.
fn relu_as(rule: Pointwise) -> impl Fn(&OperationIr) -> Option<Lowering> {
    move |op| match op {
        OperationIr::Activation(ActivationOperationIr::Relu(op)) => {
            Some(Lowering::new(rule, &[&op.input], &op.out))
        }
        _ => None,
    }
}

#[test]
fn the_last_rule_given_comes_first() {
    let square = Pointwise::Power { exponent: 2.0 };
    let forward =
        |network: &Linear, x: Tensor<2>| network.forward(activation::relu(network.forward(x)));
    let logits = |rules: &Rules| problem(rules, forward).evaluate().expect("a pass").logits;
    let standard = logits(&Rules::standard());
    let squared = logits(&Rules::standard().with(relu_as(square)));
    let rules = Rules::standard()
        .with(relu_as(square))
        .with(relu_as(Pointwise::Relu))
        .with(arctan);
    close(&logits(&rules), &standard, 1e-15, "the last wins");
    assert!(distance(&squared, &standard) > 0.1, "the first counts");
    check(problem(&Rules::standard().with(relu_as(square)), forward));
    assert_eq!(format!("{rules:?}"), "Rules { own: 3 }");
}

#[test]
fn a_lowering_may_have_several_steps() {
    // 2 x · c for the sine, with c a constant of the lowering's own.
    let lower = |op: &OperationIr| match op {
        OperationIr::Float(_, FloatOperationIr::Sin(op)) => {
            let shape = op.input.shape.to_vec();
            let doubled = Lowering::intermediate(&shape);
            let factor = Lowering::intermediate(&[1, 1]);
            let double = Affine {
                scale: 2.0,
                shift: 0.0,
            };
            Some(
                Lowering::new(double, &[&op.input], &doubled)
                    .with_constant(&factor, TensorData::new(vec![0.75], [1, 1]))
                    .then(Mul, &[&doubled, &factor], &op.out),
            )
        }
        _ => None,
    };
    let rules = Rules::standard().with(lower);
    let sine = problem(&rules, |network, x| network.forward(x).sin());
    let scaled = problem(&rules, |network, x| network.forward(x) * 1.5);
    let logits = |problem: &Problem| problem.evaluate().expect("a pass").logits;
    close(&logits(&sine), &logits(&scaled), 1e-15, "logits");
    close(&hess(&sine), &hess(&scaled), 1e-14, "Hess");
}

/// One for odd integers: a rule that gives floats and takes integers.
#[derive(Debug)]
struct Odd;

impl Rule for Odd {
    fn name(&self) -> &str {
        "odd"
    }

    fn piecewise_constant(&self) -> bool {
        true
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        assert_eq!(inputs[0].kind(), Kind::Int);
        let odd = inputs[0].to_tensor::<2, Int>() % 2;
        (Array::from_tensor(odd.float()), Saved::default())
    }

    fn jvp(&self, _at: Point, _tangents: &[Option<Array>]) -> Option<Array> {
        panic!("nothing carries a tangent")
    }

    fn vjp(&self, _at: Point, _cotangent: &Array, _wanted: &[bool]) -> PerInput {
        panic!("nothing asks for a cotangent")
    }
}

#[test]
fn rules_may_read_integers() {
    let lower = |op: &OperationIr| match op {
        OperationIr::NumericInt(_, NumericOperationIr::Sign(op)) => {
            Some(Lowering::new(Odd, &[&op.input], &op.out))
        }
        _ => None,
    };
    let inputs = TensorData::new(vec![1i64, 2, 3, 4, 5, 6], [2, 3]);
    let forward =
        |network: &Linear, x: Tensor<2, Int>| network.forward(x.sign().float().cast(DType::F64));
    let problem = Problem::with_rules(
        &Rules::standard()
            .with(lower)
            // What is odd is a float already.
            .with(|op: &OperationIr| match op {
                OperationIr::Int(hesscope_hvp::ir::IntOperationIr::IntoFloat(op)) => {
                    let same = Affine {
                        scale: 1.0,
                        shift: 0.0,
                    };
                    Some(Lowering::new(same, &[&op.input], &op.out))
                }
                _ => None,
            }),
        &network(),
        forward,
        Examples {
            inputs,
            labels: vec![0, 2],
        },
        Loss::default(),
        &Device::flex(),
        exact(),
    )
    .expect("rules for all of it");
    let odd = Tensor::<2>::from_data(
        TensorData::new(vec![1.0, 0.0, 1.0, 0.0, 1.0, 0.0], [2, 3]),
        (&Device::flex(), DType::F64),
    );
    let expected: Vec<f64> = network().forward(odd).into_data().iter::<f64>().collect();
    let logits = problem.evaluate().expect("a pass").logits;
    close(&logits, &expected, 1e-14, "logits");
    check(problem);
}
