//! Training by ranks that share every mini-batch, against one process.

use burn::tensor::{Device, FloatDType};
use hesscope_models::{HostBatch, NamedTensor, NetConfig, Network, Setup, Sgd, Trainer, state_of};
use hesscope_ranks::{Member, Ranks, serve, threads};

/// Sums are taken in another order.
const ROUNDING: f64 = 1e-12;
const RATE: f64 = 0.05;

/// Irregular pixels of `count` images.
fn batch(net: &Network, count: usize) -> HostBatch {
    let pixels = count * net.input().iter().product::<usize>();
    HostBatch {
        images: (0..pixels).map(|i| (1.7 * i as f32).sin()).collect(),
        labels: (0..count).map(|i| (i % net.classes()) as u32).collect(),
    }
}

/// The images of a range.
fn part(net: &Network, batch: &HostBatch, range: std::ops::Range<usize>) -> HostBatch {
    let pixels: usize = net.input().iter().product();
    HostBatch {
        images: batch.images[range.start * pixels..range.end * pixels].to_vec(),
        labels: batch.labels[range].to_vec(),
    }
}

fn config(text: &str) -> NetConfig {
    serde_json::from_str(text).expect("a network")
}

fn network(config: &NetConfig, input: [usize; 3]) -> Network {
    let net = config.init(input, 3, 0, &Device::flex());
    net.expect("a network").cast(FloatDType::F64)
}

/// The numbers of the weights and running statistics, and the losses of the steps.
type Trained = (Vec<f64>, Vec<f64>);

fn numbers(state: &[NamedTensor]) -> Vec<f64> {
    state
        .iter()
        .flat_map(|tensor| tensor.data.iter::<f64>())
        .collect()
}

/// Steps over batches of these sizes.
fn steps(mut trainer: Trainer, net: &Network, sizes: &[usize]) -> Trained {
    let step = |&size: &usize| {
        let loss = trainer.step(batch(net, size), RATE).expect("a step");
        loss.read().expect("a loss")
    };
    let losses = sizes.iter().map(step).collect();
    (
        numbers(&state_of(&trainer.network().expect("a network"))),
        losses,
    )
}

/// The same by so many ranks.
fn by_ranks(config: &NetConfig, net: &Network, sgd: &Sgd, size: usize, sizes: &[usize]) -> Trained {
    let body = |ranks: Ranks| {
        if ranks.is_leader() {
            let company = hesscope_models::Company {
                ranks: &ranks,
                request: b"a training",
            };
            let trainer = company.lead(config, net, sgd, &Device::flex());
            let trained = steps(trainer.expect("a trainer"), net, sizes);
            ranks.end();
            return trained;
        }
        serve(&ranks, |request| {
            assert_eq!(request, b"a training");
            let made = Setup::receive(&ranks).trainer(&Device::flex());
            let trainer = ranks.agree(made).expect("a trainer");
            Some(Box::new(trainer.join(ranks.clone(), None)) as Box<dyn Member>)
        });
        (Vec::new(), Vec::new())
    };
    threads(size, body).swap_remove(0)
}

fn far(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let size = b.iter().fold(0.0f64, |most, b| most.max(b.abs()));
    let apart = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    apart.fold(0.0, f64::max) / size
}

#[test]
fn ranks_train_as_one_process_does() {
    let config = config(r#"{"name": "mlp", "hidden": [6]}"#);
    let net = network(&config, [1, 4, 4]);
    let sgd = Sgd::new(0.9, 0.1);
    // The last batch has fewer examples than there are ranks.
    let sizes = [7, 7, 2];
    let alone = steps(Trainer::new(&net, &sgd, &Device::flex()), &net, &sizes);
    for size in [1, 2, 3, 4] {
        let shared = by_ranks(&config, &net, &sgd, size, &sizes);
        let apart = [far(&shared.0, &alone.0), far(&shared.1, &alone.1)];
        assert!(
            apart[0] < ROUNDING && apart[1] < ROUNDING,
            "{size}: {apart:?}"
        );
        let again = by_ranks(&config, &net, &sgd, size, &sizes);
        assert_eq!(shared, again, "the same bits in every run");
    }
}

#[test]
fn momentum_goes_over_to_the_members() {
    let config = config(r#"{"name": "mlp", "hidden": [6]}"#);
    let net = network(&config, [1, 4, 4]);
    let device = Device::flex();
    let mut trainer = Trainer::new(&net, &Sgd::new(0.9, 0.0), &device);
    trainer.step(batch(&net, 6), RATE).expect("a step");
    let (net, sgd) = (
        trainer.network().expect("a network"),
        trainer.sgd().expect("momentum"),
    );
    let alone = steps(Trainer::new(&net, &sgd, &device), &net, &[6]);
    let shared = by_ranks(&config, &net, &sgd, 2, &[6]);
    assert!(far(&shared.0, &alone.0) < ROUNDING);
}

#[test]
fn every_share_is_normalized_by_its_own_statistics() {
    let config = config(r#"{"name": "vgg11", "width": 2, "classifier": "plain"}"#);
    let net = network(&config, [1, 32, 32]);
    let sgd = Sgd::new(0.0, 0.0);
    let (total, ranks) = (5, 2);
    let whole = batch(&net, total);
    // Without momentum a step of the mean of gradients is the mean of the steps.
    let mut wanted = vec![0.0; numbers(&state_of(&net)).len()];
    for (from, to) in [(0, 2), (2, 5)] {
        let mut trainer = Trainer::new(&net, &sgd, &Device::flex());
        let share = part(&net, &whole, from..to);
        trainer.step(share, RATE).expect("a step");
        let state = numbers(&state_of(&trainer.network().expect("a network")));
        for (wanted, number) in wanted.iter_mut().zip(state) {
            *wanted += number * (to - from) as f64 / total as f64;
        }
    }
    let (found, _) = by_ranks(&config, &net, &sgd, ranks, &[total]);
    assert!(far(&found, &wanted) < ROUNDING);
}
