//! Programs made by hand: what is folded, what is dropped and what is refused.

use std::sync::Arc;

use burn::tensor::{Device, TensorData};
use hesscope_hvp::rules::{
    activation::Pointwise, discrete::Discrete, elementwise::Add, linear::Linear, shape::Reshape,
};
use hesscope_hvp::{
    Array, BatchLoss, Examples, HvpError, Objective, Precision, Problem, ProblemOptions, Program,
    ProgramBuilder, Programs, Slot,
};

fn floats(values: &[f64], shape: &[usize]) -> TensorData {
    TensorData::new(values.to_vec(), shape.to_vec())
}

/// logits = tanh(x) w + b, with a parameter that nothing reads.
fn program(batch: usize) -> Program {
    let mut builder = ProgramBuilder::new();
    let unused = builder.parameter("unused", floats(&[1.0], &[1]));
    let weight = builder.parameter("w", floats(&[0.5, -1.0, 2.0, 0.25], &[2, 2]));
    let bias = builder.parameter("b", floats(&[0.1, 0.2], &[2]));
    let input = builder.input(vec![batch, 2]);
    let add = |builder: &mut ProgramBuilder, rule, inputs: &[Slot], shape: Vec<usize>| {
        builder
            .operation(rule, inputs, shape)
            .expect("an operation")
    };
    let tanh = add(
        &mut builder,
        Arc::new(Pointwise::Tanh),
        &[input],
        vec![batch, 2],
    );
    let _ = add(&mut builder, Arc::new(Pointwise::Exp), &[unused], vec![1]);
    let logits = add(
        &mut builder,
        Arc::new(Linear),
        &[tanh, weight, bias],
        vec![batch, 2],
    );
    builder.finish(logits).expect("a program")
}

#[test]
fn what_the_logits_do_not_depend_on_is_dropped() {
    let program = program(3);
    let paths: Vec<&str> = program
        .parameters()
        .iter()
        .map(|p| p.path.as_str())
        .collect();
    assert_eq!(paths, ["w", "b"]);
    assert_eq!(program.initial().len(), 2);
    assert_eq!((program.nodes().len(), program.dim()), (2, 6));
    assert_eq!(program.offsets()["b"], 4..6);
    assert_eq!(
        (
            program.batch(),
            program.rows_per_example(),
            program.classes()
        ),
        (3, 1, 2)
    );
}

#[test]
fn constants_are_computed_in_64_bits() {
    let mut builder = ProgramBuilder::new();
    let large = 1i64 << 40;
    let integers = builder.constant(TensorData::new(vec![large, i64::MAX], [2]));
    let ones = builder.constant(TensorData::new(vec![1i64, 0], [2]));
    let sum = builder.operation(Arc::new(Discrete::int_add()), &[integers, ones], vec![2]);
    let flat = Reshape { shape: vec![1, 2] };
    let flat = builder.operation(Arc::new(flat), &[sum.expect("a sum")], vec![1, 2]);
    let value = builder
        .constant_value(flat.expect("a shape"))
        .expect("a constant");
    assert_eq!(
        value.iter::<i64>().collect::<Vec<_>>(),
        [large + 1, i64::MAX]
    );
    let third = builder.constant(floats(&[1.0 / 3.0], &[1]));
    let log = builder
        .operation(Arc::new(Pointwise::Log), &[third], vec![1])
        .expect("a logarithm");
    let value = builder.constant_value(log).expect("a constant");
    assert_eq!(value.iter::<f64>().next(), Some((1.0f64 / 3.0).ln()));
    let input = builder.input(vec![2, 1]);
    assert!(builder.constant_value(input).is_none());
    assert_eq!(builder.shape(log), [1]);
}

#[test]
fn bad_programs_are_refused() {
    let refused = |made: Result<Program, hesscope_hvp::CaptureError>| match made {
        Ok(_) => panic!("refused"),
        Err(error) => error.to_string(),
    };
    let mut builder = ProgramBuilder::new();
    let only = builder.constant(floats(&[1.0], &[1, 1]));
    assert_eq!(
        refused(builder.finish(only)),
        "the network has no input: give its program one"
    );
    let mut builder = ProgramBuilder::new();
    let input = builder.input(vec![2, 3, 4]);
    assert!(
        refused(builder.finish(input))
            .starts_with("the network gives logits of shape [2, 3, 4] for a batch of 2")
    );
    let mut builder = ProgramBuilder::new();
    let input = builder.input(vec![2, 1]);
    let wide = builder.constant(TensorData::new(vec![1i64 << 40, 1], [2, 1]));
    let floats = builder.operation(
        Arc::new(Discrete::new("cast", |x| x[0].clone())),
        &[input],
        vec![2, 1],
    );
    let sum = builder.operation(Arc::new(Add), &[floats.expect("floats"), wide], vec![2, 1]);
    assert_eq!(
        refused(builder.finish(sum.expect("a sum"))),
        "the network computes with the integer 1099511627776: use integers of 32 bits"
    );
}

#[test]
fn a_program_is_a_loss() {
    let values = [0.3, -0.2, 1.0, 0.5, -0.7, 0.9];
    let inputs = floats(&values, &[3, 2]);
    let program = program(3);
    let parameters: Vec<Array> = program
        .initial()
        .iter()
        .map(|data| Array::from_data(data.clone(), Precision::F64, &Device::flex()))
        .collect();
    let loss = BatchLoss::of_program(program, Precision::F64, &Device::flex());
    let logits = loss
        .logits(&parameters, inputs.clone())
        .to_f64()
        .expect("numbers");
    for (row, logits) in values.chunks(2).zip(logits.chunks(2)) {
        let [x, y] = [row[0].tanh(), row[1].tanh()];
        let expected = [0.5 * x + 2.0 * y + 0.1, -x + 0.25 * y + 0.2];
        assert!(
            logits
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() < 1e-14)
        );
    }
}

/// One gradient, whatever sizes of batch the network takes.
#[test]
fn problems_from_programs() {
    let open = |fixed_batch: Option<usize>, count: usize| {
        let values: Vec<f64> = (0..2 * count).map(|i| (i as f64).sin()).collect();
        let examples = Examples {
            inputs: floats(&values, &[count, 2]),
            labels: (0..count as u32).map(|i| i % 2).collect(),
        };
        let programs = Programs {
            of: |shape: &[usize]| match fixed_batch {
                Some(fixed) if fixed != shape[0] => {
                    Err(HvpError::Input(format!("asked for {}", shape[0])))
                }
                _ => Ok(program(shape[0])),
            },
            integers: false,
            fixed_batch,
        };
        let options = ProblemOptions {
            precision: Precision::F64,
            ..ProblemOptions::default()
        };
        Problem::from_programs(
            programs,
            examples,
            Objective::default(),
            &Device::flex(),
            options,
        )
    };
    let gradient = |problem: &Problem| -> Vec<f64> {
        problem
            .gradient()
            .expect("a gradient")
            .to_f64()
            .expect("numbers")
    };
    let any = open(None, 6).expect("a problem");
    for size in [1, 2, 3, 6] {
        let fixed = open(Some(size), 6).expect("a problem");
        assert_eq!(fixed.batch_size(), size);
        let pairs = gradient(&any).into_iter().zip(gradient(&fixed));
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-15));
        let norms = [&any, &fixed].map(|problem| problem.gradient_norms().expect("norms"));
        assert!(
            norms[0]
                .iter()
                .zip(&norms[1])
                .all(|(a, b)| (a - b).abs() < 1e-14)
        );
    }
    assert!(open(Some(4), 6).is_err() && open(Some(0), 6).is_err());
    assert!(open(None, 0).is_err());
}
