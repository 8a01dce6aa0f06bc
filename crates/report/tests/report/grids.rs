//! Figures of several runs: the spectra over both splits, and class means.

use std::error::Error;
use std::fs;
use std::path::Path;

use hesscope_records::{
    ClassMeans, ClassMeansSettings, MeanGrouping, MeanPoint, MeanScores, MeanSelection,
    MeansPanelRecord, Origin, Split,
};
use hesscope_report::{
    MeansFigure, SpectraColumn, SpectraFigure, write_means_figure, write_report,
    write_spectra_figure,
};
use hesscope_spectral::PermutationTest;

use crate::page::assert_balanced;
use crate::synthetic;

/// A file's text, a plain space in the place of each that does not break.
fn read(path: &Path) -> Result<String, std::io::Error> {
    Ok(fs::read_to_string(path)?.replace('\u{a0}', " "))
}

fn spectra() -> Result<SpectraFigure, Box<dyn Error>> {
    let column = |dataset: &str, n: usize, seed: usize| -> Result<SpectraColumn, Box<dyn Error>> {
        let train = synthetic::analysis("hess", synthetic::g_like(n), 40, 2)?;
        let mut test = synthetic::analysis("hess", synthetic::semicircle(n, 0.1), 40, seed)?;
        test.settings.subject.split = Split::Test;
        Ok(SpectraColumn {
            dataset: dataset.to_owned(),
            network: "small-cnn".to_owned(),
            run: format!("runs/{dataset}"),
            analyses: vec![train, test],
        })
    };
    Ok(SpectraFigure {
        name: "figure-1".to_owned(),
        title: "The Hessian over training and test examples".to_owned(),
        made: "The runs: small-cnn.".to_owned(),
        version: "0.1.0".to_owned(),
        device: "cpu".to_owned(),
        columns: vec![column("mnist", 120, 2)?, column("cifar-10", 150, 1)?],
        common_axis: false,
    })
}

#[test]
fn spectra_stand_in_columns_with_what_disagrees_said() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let figure = spectra()?;
    let (files, record) = write_spectra_figure(&figure, folder.path())?;
    let svg = read(&files.svg)?;
    assert_balanced(&svg);
    for needed in [
        ">mnist<",
        ">cifar-10<",
        ">Training split<",
        ">Test split<",
        ">10 positive outliers (C); C = 10<",
        ">0 outliers; C = 10, C \u{2212} 1 = 9<",
    ] {
        assert!(svg.contains(needed), "{needed} is missing");
    }
    // Ten diamonds in each panel of the first row, and one in the legend.
    assert_eq!(svg.matches("class=\"f-orange s-paper\"").count(), 21);
    let page = read(&files.html)?;
    assert_balanced(&page);
    assert!(
        page.contains("Counted C or C \u{2212} 1 here: small-cnn on mnist, training split (C)")
    );
    assert!(page.contains("Not so here: small-cnn on mnist, test split (0, C = 10)"));
    assert_eq!(record.caption.matches("Not so here").count(), 1);
    let counts: Vec<Option<i64>> = record
        .columns
        .iter()
        .flat_map(|column| &column.panels)
        .map(|panel| panel.above_less_classes)
        .collect();
    assert_eq!(counts, [Some(0), Some(-10), Some(0), Some(-10)]);
    let curve = &record.columns[0].panels[0].positive;
    assert_eq!(curve.log10_modulus.len(), curve.mean.len());
    assert_eq!(curve.upper.as_ref().map(Vec::len), Some(curve.mean.len()));
    Ok(())
}

#[test]
fn a_split_that_was_not_measured_leaves_its_place() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut figure = spectra()?;
    figure.columns[1].analyses.pop();
    figure.columns[1].network = "mlp".to_owned();
    let (files, _) = write_spectra_figure(&figure, folder.path())?;
    let svg = read(&files.svg)?;
    assert_eq!(svg.matches(">not measured<").count(), 1);
    assert!(svg.contains(">small-cnn on mnist<") && svg.contains(">mlp on cifar-10<"));
    figure.columns[0].analyses[0].spectrum.top.residuals.pop();
    let refused = write_spectra_figure(&figure, folder.path());
    assert!(refused.is_err_and(|error| error.to_string().contains("cannot be reported")));
    Ok(())
}

/// Three classes, their means about three corners; the labels of the last are not numbers.
fn means() -> ClassMeans {
    let classes = 3;
    let mut points = Vec::new();
    let mut add = |class: usize, other: Option<usize>| {
        let shift = other.map_or(0.0, |other| 0.1 * (other + 1) as f64);
        let at = [class as f64 + shift, (class * class) as f64 - shift];
        points.push(MeanPoint {
            class,
            other,
            weight: 1.5,
            norm: at[0].hypot(at[1]),
            tsne: at,
            mds: [at[1], at[0]],
        });
    };
    (0..classes).for_each(|class| add(class, None));
    (0..classes).for_each(|class| (0..classes).for_each(|other| add(class, Some(other))));
    let inner = |a: &MeanPoint, b: &MeanPoint| a.tsne[0] * b.tsne[0] + a.tsne[1] * b.tsne[1];
    let gram = points
        .iter()
        .enumerate()
        .flat_map(|(i, a)| points[..=i].iter().map(move |b| inner(a, b)))
        .collect();
    let test = |value: f64, p_value: f64| PermutationTest {
        value,
        null_mean: -0.1,
        null_standard_deviation: 0.02,
        p_value,
        permutations: 999,
    };
    let scores = |among, by, value| MeanScores {
        among,
        by,
        points: 9,
        groups: classes,
        silhouette: test(value, 0.001),
        rand: test(value, 0.002),
        purity: test(value, 0.003),
        neighbours: 2,
    };
    let settings = ClassMeansSettings {
        subject: synthetic::subject(),
        classes: (0..classes).collect(),
        perplexity: 3.0,
        starts: 10,
        permutations: 999,
        seed: 0,
    };
    ClassMeans {
        origin: Origin {
            key: "0123456789abcdef".repeat(4),
            ..synthetic::origin(&settings)
        },
        settings,
        dimension: 1000,
        examples: 408,
        class_names: ["0", "1", "cat & dog"].map(str::to_owned).to_vec(),
        loss: 0.1,
        accuracy: 0.9876,
        points,
        gram,
        kl_divergence: 0.25,
        kl_divergences: vec![0.25, 0.3],
        mds_shares: [0.6, 0.3],
        scores: vec![
            scores(MeanSelection::WithoutOwn, MeanGrouping::Class, 0.61),
            scores(MeanSelection::CrossOnly, MeanGrouping::Class, 0.31),
            scores(MeanSelection::CrossOnly, MeanGrouping::Other, 0.42),
        ],
    }
}

#[test]
fn class_means_are_labelled_scored_and_compared_with_the_paper() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut unclear = means();
    unclear.scores[0].silhouette.p_value = 0.4;
    let mut apart = means();
    apart.scores[0].rand.p_value = 0.4;
    let mut negative = means();
    negative.scores[0].silhouette.value = -0.01;
    let panel = |dataset: &str, means| MeansPanelRecord {
        dataset: dataset.to_owned(),
        network: "mlp".to_owned(),
        run: format!("runs/{dataset}"),
        means,
    };
    let figure = MeansFigure {
        name: "figure-2".to_owned(),
        title: "Class means".to_owned(),
        made: "The runs: mlp.".to_owned(),
        version: "0.1.0".to_owned(),
        device: "cpu".to_owned(),
        panels: vec![
            panel("mnist", means()),
            panel("arrays", unclear),
            panel("folder", apart),
            panel("cifar-10", negative),
        ],
    };
    let (files, record) = write_means_figure(&figure, folder.path())?;
    let svg = read(&files.svg)?;
    assert_balanced(&svg);
    // Twelve means a panel, each with its class as text: three discs, three rings.
    assert_eq!(svg.matches("<title>g_").count(), 48);
    assert_eq!(svg.matches(" fill=\"none\" class=\"s-c").count(), 12);
    assert!(svg.contains("<title>g_2,1, of class 2 (cat &amp; dog) in the direction of 1: norm"));
    assert!(svg.contains(">2 cat &amp; dog.<"));
    assert!(svg.contains("silhouette 0.61 (shuffled \u{2212}0.10, p = 0.001)"));
    let said = &record.caption;
    assert!(
        said.contains(
            "are the means of mlp on mnist. Not so those of mlp on arrays; mlp on folder; mlp on cifar-10."
        ),
        "{said}"
    );
    assert!(said.contains("Against the paper, the g_cc\u{2032} group better by the direction"));
    let page = read(&files.html)?;
    assert_balanced(&page);
    assert!(page.contains("\u{2212}0.100 \u{b1} 0.020"));
    Ok(())
}

#[test]
fn the_report_of_a_run_shows_its_class_means() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut run = synthetic::run(synthetic::epochs(3), Vec::new());
    run.means = vec![means(), means()];
    run.means[1].origin.key = "fedcba9876543210".repeat(4);
    let files = write_report(&run, folder.path())?;
    let page = read(&files.html)?;
    assert_balanced(&page);
    assert!(page.contains("<h2>Class means</h2>"));
    assert!(page.contains("perplexity 3.00, KL 0.250 nats, least of 10 starts"));
    assert!(page.contains("its axes hold 60.0 % and 30.0 %"));
    // Two of one split and epoch do not share files.
    for name in [
        "means-train-epoch-20-01234567",
        "means-train-epoch-20-fedcba98",
    ] {
        assert!(folder.path().join(format!("figures/{name}.png")).is_file());
        assert_eq!(page.matches(&format!("<figure id=\"{name}\">")).count(), 1);
    }
    run.means[0].gram.pop();
    let refused = write_report(&run, folder.path()).map_err(|error| error.to_string());
    assert!(refused.is_err_and(|said| said.contains("12 means and 77 inner products, not 78")));
    Ok(())
}
