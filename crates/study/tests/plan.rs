//! What a run is planned to take.

use hesscope_study::plan::{Card, Extent, Machines, Rates, Work, cost, page};
use hesscope_study::settings::Settings;

const EXTENT: Extent = Extent {
    examples: [1000, 200],
    classes: 10,
    input: [3, 32, 32],
    of_data: false,
};

fn settings(text: &str) -> Settings {
    toml::from_str(text).expect("settings")
}

fn card() -> Card {
    "h200".parse().expect("a card")
}

fn machines(ranks: usize) -> Machines {
    Machines {
        ranks,
        network: 1e12,
        memory: 8 << 30,
    }
}

#[test]
fn work_is_counted_from_the_settings() {
    let settings = settings(
        "net = 'vgg11'\n[train]\nepochs = 3\nbatch-size = 300\neval-every = 2\n\
         [analysis]\noperators = ['hess', 'g']\nsplits = ['train', 'test']\nprobes = 2\nlanczos-steps = 30\nrange-steps = 20\ntop = 4\n",
    );
    let work = Work::of(&settings, EXTENT, 28_000_000, [8 << 30; 2]).expect("a count");
    assert_eq!((work.trained, work.steps), (3000, 12));
    // Epochs 0, 2 and 3, of which the last is kept.
    assert_eq!(work.evaluated, 3 * 1200);
    let examples: Vec<usize> = work.spectra.iter().map(|s| s.examples).collect();
    assert_eq!(examples, [1000, 1000, 200, 200]);
    for spectrum in &work.spectra {
        assert_eq!(
            (spectrum.starts, spectrum.steps, spectrum.density),
            (1, [20, 20], 60)
        );
        // Four pairs and six guards, once or, with a dear product, twice.
        assert_eq!(spectrum.subspace, [10, 20]);
        assert_eq!(spectrum.products(), [90, 100]);
    }
}

#[test]
fn time_goes_with_examples_and_against_ranks() {
    let settings = settings("net = 'resnet18'\n[train]\nepochs = 0\n");
    let of = |extent: Extent, ranks: usize| {
        let rates = Rates::of_card(card(), &settings, extent).expect("rates");
        // Where memory is short, more ranks make more steps.
        let machines = Machines {
            memory: 1 << 40,
            ..machines(ranks)
        };
        let cost = cost(&settings, extent, &rates, machines).expect("a cost");
        let [least, most] = cost.spectra[0];
        assert!(0.0 < least && least <= most);
        most
    };
    let large = Extent {
        examples: [4_000_000, 200],
        ..EXTENT
    };
    let (one, four) = (of(large, 1), of(large, 4));
    let ratio = one / four;
    assert!(3.9 < ratio && ratio < 4.1, "{ratio}");
    let twice = Extent {
        examples: [8_000_000, 200],
        ..EXTENT
    };
    let ratio = of(twice, 1) / one;
    assert!(1.95 < ratio && ratio < 2.05, "{ratio}");
}

#[test]
fn a_slow_network_is_counted() {
    let settings = settings("net = 'vgg11'\n[train]\nepochs = 1\n");
    let rates = Rates::of_card(card(), &settings, EXTENT).expect("rates");
    let seconds = |network: f64| {
        let machines = Machines {
            network,
            ..machines(2)
        };
        let cost = cost(&settings, EXTENT, &rates, machines).expect("a cost");
        (cost.training, cost.seconds()[0])
    };
    let (fast, slow) = (seconds(1e12), seconds(1e8));
    assert!(
        slow.0 > 5.0 * fast.0 && slow.1 > 5.0 * fast.1,
        "{fast:?} {slow:?}"
    );
}

#[test]
fn rates_of_a_card_are_those_of_its_measurement() {
    // VGG11 on 3 x 32 x 32 took 0.070 and ResNet18 0.215 ms for one vector and Hess; the slower in arithmetic is VGG11.
    let settings = settings("net = 'vgg11'\n[analysis]\noperators = ['hess']\n");
    let rates = Rates::of_card(card(), &settings, EXTENT).expect("rates");
    let one = 1e3 * rates.products[0].1[0];
    assert!((one / 0.070 - 1.0).abs() < 0.01, "{one}");
    assert!("h100".parse::<Card>().is_err());
    let words = page(
        &settings,
        EXTENT,
        machines(1),
        &cost(&settings, EXTENT, &rates, machines(1)).expect("a cost"),
    );
    assert!(
        words.starts_with("vgg11: 28157706 parameters, 1000 training"),
        "{words}"
    );
}

#[test]
fn models_from_files_are_not_planned() {
    let settings = settings("net = { onnx = 'model.onnx' }\n");
    let error = Rates::of_card(card(), &settings, EXTENT).expect_err("no plan");
    assert!(
        error.to_string().starts_with("model.onnx is a model"),
        "{error}"
    );
}
