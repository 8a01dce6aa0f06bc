//! Figures of several runs: the spectra over both splits, and class means.

use std::error::Error;
use std::fs;
use std::path::Path;

use hesscope_records::{MeansPanelRecord, Split};
use hesscope_report::{
    FigureFiles, MeansFigure, SpectraColumn, SpectraFigure, write_means_figure, write_report,
    write_spectra_figure,
};

use crate::class_means::means;
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
        name: "figure-spectra".to_owned(),
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
        name: "figure-class-means".to_owned(),
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

/// A figure of class means of one run whose last class has this name.
fn named(name: &str, folder: &Path) -> Result<FigureFiles, Box<dyn Error>> {
    let mut means = means();
    means.class_names[2] = name.to_owned();
    let figure = MeansFigure {
        name: "figure-class-means".to_owned(),
        title: "Class means".to_owned(),
        panels: vec![MeansPanelRecord {
            dataset: "arrays".to_owned(),
            network: "mlp".to_owned(),
            run: "runs/arrays".to_owned(),
            means,
        }],
        ..MeansFigure::default()
    };
    Ok(write_means_figure(&figure, folder)?.0)
}

#[test]
fn a_long_name_of_a_class_is_cut_in_the_picture_and_whole_on_the_page() -> Result<(), Box<dyn Error>>
{
    let folder = tempfile::tempdir()?;
    let name = "Llanfairpwll".repeat(17);
    let files = named(&name, folder.path())?;
    let svg = read(&files.svg)?;
    assert!(svg.contains(">2 LlanfairpwllLlanfairpwll\u{2026}<"));
    assert!(read(&files.html)?.contains(&format!("<p>2 {name}.</p>")));
    // Wherever it stands, no text is wider than the picture.
    let files = named(&"W".repeat(30), folder.path())?;
    let svg = read(&files.svg)?;
    let drawn = svg
        .split("<text")
        .filter_map(|text| text.split('>').nth(1)?.split('<').next());
    assert!(drawn.into_iter().all(|text| text.chars().count() < 120));
    Ok(())
}

#[test]
fn a_character_without_a_glyph_is_drawn_as_another_sign() -> Result<(), Box<dyn Error>> {
    let pictures = ["\u{732b}", "?", "\u{1f63a}"].map(|name| {
        let folder = tempfile::tempdir()?;
        Ok::<_, Box<dyn Error>>(fs::read(named(name, folder.path())?.png)?)
    });
    let [cat, sign, smile] = pictures;
    let sign = sign?;
    assert!(cat? == sign && smile? == sign);
    Ok(())
}
