//! Loss and accuracy against numbers worked out otherwise.

mod support;

use burn::tensor::{DType, Device, Tensor, TensorData};
use hesscope_models::{
    BatchError, BatchSource, HostBatch, NetConfig, accuracy, cross_entropy, evaluate,
};
use support::Toy;

#[test]
fn cross_entropy_and_its_gradient_follow_the_formula() {
    let device = Device::flex().autodiff();
    let z = [1.0_f64, 2.0, 3.0, -1.0, 0.5, 1000.0];
    let logits = Tensor::<2>::from_data(TensorData::new(z.to_vec(), [2, 3]), (&device, DType::F64))
        .require_grad();
    let loss = cross_entropy(logits.clone(), &[0, 1]);
    let log_sum = (1.0_f64.exp() + 2.0_f64.exp() + 3.0_f64.exp()).ln();
    let wanted = ((log_sum - 1.0) + (1000.0 - 0.5)) / 2.0;
    assert!((loss.clone().into_scalar::<f64>() - wanted).abs() < 1e-12);
    let gradients = loss.backward();
    let gradient: Vec<f64> = logits
        .grad(&gradients)
        .expect("a gradient")
        .into_data()
        .iter::<f64>()
        .collect();
    let p = |k: i32| (f64::from(k) - log_sum).exp();
    let wanted = [(p(1) - 1.0) / 2.0, p(2) / 2.0, p(3) / 2.0, 0.0, -0.5, 0.5];
    for (found, wanted) in gradient.iter().zip(wanted) {
        assert!((found - wanted).abs() < 1e-14, "{gradient:?}");
    }
}

#[test]
fn the_first_of_equal_logits_counts() {
    assert_eq!(accuracy(&[1.0, 1.0, 0.0, 2.0], 2, &[0, 1]), 1.0);
    assert_eq!(accuracy(&[1.0, 1.0, 0.0, 2.0], 2, &[1, 1]), 0.5);
}

#[test]
fn evaluation_does_not_depend_on_the_batch_size() {
    let device = Device::flex();
    let toy = Toy::bands([1, 8, 8], 4, 23, 1);
    let net = NetConfig::from_name("small-cnn").expect("a known name");
    let net = net.init([1, 8, 8], 4, 0, &device).expect("a network");
    let whole = evaluate(&net, &toy, 23, &device).expect("metrics");
    let parts = evaluate(&net, &toy, 5, &device).expect("metrics");
    assert!(
        (whole.loss - parts.loss).abs() < 1e-6,
        "{whole:?} {parts:?}"
    );
    assert_eq!(whole.accuracy, parts.accuracy);
    let logits = net.forward(
        Tensor::from_data(TensorData::new(toy.images.concat(), [23, 1, 8, 8]), &device),
        hesscope_models::BnMode::Running,
    );
    let loss = cross_entropy(logits, &toy.labels).into_scalar::<f64>();
    assert!((whole.loss - loss).abs() < 1e-6, "{} {loss}", whole.loss);
}

#[test]
fn inconsistent_data_are_sentences() {
    let device = Device::flex();
    let net = NetConfig::from_name("mlp")
        .expect("a known name")
        .init([1, 2, 2], 3, 0, &device)
        .expect("a network");
    let toy = |images: Vec<Vec<f32>>, labels: Vec<u32>| Toy {
        shape: [1, 2, 2],
        classes: 3,
        images,
        labels,
    };
    let label = evaluate(&net, &toy(vec![vec![0.0; 4]], vec![3]), 8, &device);
    assert_eq!(
        label,
        Err(BatchError::Label {
            label: 3,
            classes: 3
        })
    );
    let pixels = evaluate(&net, &toy(vec![vec![0.0; 3]], vec![0]), 8, &device);
    assert_eq!(
        pixels,
        Err(BatchError::Pixels {
            labels: 1,
            pixels: 3,
            expected: 4
        })
    );
    let empty = toy(vec![], vec![]);
    assert!(empty.is_empty());
    assert!(matches!(
        evaluate(&net, &empty, 8, &device),
        Err(BatchError::Empty { .. })
    ));
    assert!(
        HostBatch {
            images: vec![],
            labels: vec![]
        }
        .check([1, 2, 2], 3)
        .is_ok()
    );
}

/// The share of rows whose label is among the first `k` when they are sorted.
fn among_the_first(k: usize, logits: &[f64], classes: usize, labels: &[u32]) -> f64 {
    let hit = |(row, label): (&[f64], &u32)| {
        let mut order: Vec<usize> = (0..classes).collect();
        order.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
        order[..k].contains(&(*label as usize))
    };
    let rows = logits.chunks_exact(classes).zip(labels);
    rows.filter(|&(row, label)| hit((row, label))).count() as f64 / labels.len() as f64
}

#[test]
fn the_five_largest_count_with_more_than_ten_classes() {
    let device = Device::flex();
    for (classes, told) in [(11, true), (10, false)] {
        let toy = Toy::bands([1, 11, 8], classes, 60, 3);
        let net = NetConfig::from_name("mlp").expect("a known name");
        let net = net
            .init([1, 11, 8], classes, 0, &device)
            .expect("a network");
        let metrics = evaluate(&net, &toy, 7, &device).expect("metrics");
        assert_eq!(metrics.top5_accuracy.is_some(), told);
        let images = TensorData::new(toy.images.concat(), [60, 1, 11, 8]);
        let logits: Vec<f64> = net
            .forward(
                Tensor::from_data(images, &device),
                hesscope_models::BnMode::Running,
            )
            .into_data()
            .iter::<f64>()
            .collect();
        let reference = |k| among_the_first(k, &logits, classes, &toy.labels);
        assert_eq!(metrics.accuracy, reference(1));
        if let Some(five) = metrics.top5_accuracy {
            assert_eq!(five, reference(5));
            assert!(five > metrics.accuracy && five < 1.0, "{metrics:?}");
        }
    }
}

#[test]
fn an_evaluation_of_a_trainable_network_is_that_of_its_values() {
    // The weights of a network that is being trained require gradients; what is computed from them does too, unless the
    // evaluation sees to it. A batch of evaluation then gives the numbers of the plain network, and leaves it trainable.
    let device = Device::flex();
    let toy = Toy::bands([1, 8, 8], 4, 23, 1);
    let net = NetConfig::from_name("small-cnn").expect("a known name");
    let plain = net.init([1, 8, 8], 4, 0, &device).expect("a network");
    let trained = net
        .init([1, 8, 8], 4, 0, &device.clone().autodiff())
        .expect("a network");
    let of = |net| evaluate(net, &toy, 8, &device.clone().autodiff()).expect("metrics");
    assert_eq!(of(&plain), of(&trained));
}
