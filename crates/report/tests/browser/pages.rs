//! Every kind of page at the width of a desk and of a phone: nothing is cut off.

use std::error::Error;
use std::path::{Path, PathBuf};

use hesscope_records::{
    Compared, Comparison, ComparisonSettings, Deviation, MeansPanelRecord, Part, Precision,
    Quantity, Split,
};
use hesscope_report::{
    MeansFigure, NamedSpectrum, SpectraColumn, SpectraFigure, write_comparison, write_dynamics,
    write_means_figure, write_report, write_spectra_figure, write_spectrum_report,
    write_sweep_page,
};

use crate::page::{Outcome, Page, View};
use crate::{class_means, grid_of_runs, sample, synthetic};

const WIDTHS: [u32; 2] = [1280, 390];

type Made = Result<PathBuf, Box<dyn Error>>;

fn run(folder: &Path) -> Made {
    let mut run = synthetic::run(synthetic::epochs(20), synthetic::three(200)?);
    let mut test = run.analyses[1].clone();
    test.settings.subject.split = Split::Test;
    run.analyses.push(test);
    run.means = vec![class_means::means()];
    Ok(write_report(&run, folder)?.html)
}

fn spectrum(folder: &Path) -> Made {
    let g = synthetic::spectrum(synthetic::g_like(120), 30, 4)?;
    let named = [
        NamedSpectrum::of(Part::G.into(), &g),
        NamedSpectrum::new("A matrix of one\u{2019}s own", &g),
    ];
    Ok(write_spectrum_report("Spectra", &named, folder)?.html)
}

fn sweep(folder: &Path) -> Made {
    Ok(write_sweep_page(&sample::sweep()?, folder)?)
}

fn dynamics(folder: &Path) -> Made {
    let (dynamics, analyses) = grid_of_runs::dynamics("synth-digits")?;
    Ok(write_dynamics(&dynamics, &analyses, folder)?.html)
}

fn compare(folder: &Path) -> Made {
    let device = |name: &str| Compared {
        name: format!("runs/{name}"),
        device: format!("{name}, 16 cores, x86_64, a long name of a driver"),
        precision: Precision::F32,
        tolerance: 1e-4,
        agrees: true,
        failed: None,
        deviations: [Quantity::Eigenvalues, Quantity::Mean, Quantity::Density]
            .map(|quantity| Deviation {
                quantity,
                operator: Some(Part::G.into()),
                at: Some("train, epoch 20".to_owned()),
                value: Some(1.5e-6),
                judged: true,
            })
            .to_vec(),
        seconds: 12.5,
        product_seconds: None,
        reserved_bytes: None,
    };
    let settings = ComparisonSettings {
        reference: "cpu in float64".to_owned(),
        compared: vec!["runs/one".to_owned(), "runs/two".to_owned()],
        dataset: "synth-digits".to_owned(),
        network: "small-cnn".to_owned(),
        operators: vec![Part::G.into()],
        vectors: 0,
        seed: 0,
    };
    let comparison = Comparison {
        origin: synthetic::origin(&settings),
        settings,
        dimension: 5714,
        classes: 10,
        examples: 510,
        compared: vec![device("one"), device("two")],
    };
    Ok(write_comparison(&comparison, folder)?.html)
}

fn spectra(folder: &Path) -> Made {
    let train = synthetic::analysis("hess", synthetic::g_like(120), 40, 2)?;
    let mut test = train.clone();
    test.settings.subject.split = Split::Test;
    let column = |dataset: &str| SpectraColumn {
        dataset: dataset.to_owned(),
        network: "small-cnn".to_owned(),
        run: format!("runs/{dataset}-small-cnn-136-a-class-0123456789ab"),
        analyses: vec![train.clone(), test.clone()],
    };
    let figure = SpectraFigure {
        name: "spectra".to_owned(),
        title: "The Hessian over training and test examples".to_owned(),
        columns: vec![column("mnist"), column("cifar-10")],
        ..SpectraFigure::default()
    };
    Ok(write_spectra_figure(&figure, folder)?.0.html)
}

fn means(folder: &Path) -> Made {
    let figure = MeansFigure {
        name: "means".to_owned(),
        title: "Class means".to_owned(),
        made: "Made up.".to_owned(),
        version: "0.1.0".to_owned(),
        device: "cpu".to_owned(),
        panels: vec![MeansPanelRecord {
            dataset: "mnist".to_owned(),
            network: "mlp".to_owned(),
            run: "runs/mnist".to_owned(),
            means: class_means::means(),
        }],
    };
    Ok(write_means_figure(&figure, folder)?.0.html)
}

/// Opens a page and shows it at each width, in both colours, everything that folds unfolded.
fn at_each_width(
    name: &str,
    make: impl Fn(&Path) -> Made,
    check: impl Fn(&Page) -> Outcome,
) -> Outcome {
    let folder = tempfile::tempdir()?;
    let file = make(folder.path())?;
    let view = |width, dark| View { width, dark };
    let Some(page) = Page::open(folder, &file, view(WIDTHS[0], false))? else {
        return Ok(());
    };
    for width in WIDTHS {
        for dark in [false, true] {
            let colours = if dark { "dark" } else { "light" };
            page.picture(&format!("{name}-{width}-{colours}"), view(width, dark))?;
        }
        page.show(view(width, false), 900)?;
        let details = "[...document.querySelectorAll('details')]";
        page.value(&format!(
            "{details}.map((e) => {{ e.open = true; return 0; }})"
        ))?;
        page.assert_fits()?;
        assert_tables_fit(&page)?;
        check(&page)?;
        page.assert_fits()?;
        page.value(&format!(
            "{details}.map((e) => {{ e.open = false; return 0; }})"
        ))?;
    }
    page.assert_faultless();
    Ok(())
}

/// Every table is as wide as its box, or the box scrolls and has the shadow that says so; no text of a cell is cut.
fn assert_tables_fit(page: &Page) -> Outcome {
    let cut = page.value(
        "[...document.querySelectorAll('table')].filter((table) => { \
           const box = table.closest('.box'); \
           if (!box) return true; \
           const style = getComputedStyle(box); \
           const scrolls = ['auto', 'scroll'].includes(style.overflowX) \
             && style.backgroundImage.split('linear-gradient').length === 5 \
             && style.backgroundAttachment === 'local, local, scroll, scroll'; \
           const inside = box.getBoundingClientRect(); \
           if (inside.left < 0 || inside.right > innerWidth + 0.5) return true; \
           return box.scrollWidth > box.clientWidth && !scrolls; \
         }).map((table) => table.caption?.textContent ?? 'a table')",
    )?;
    assert_eq!(cut, serde_json::json!([]), "cut off");
    Ok(())
}

fn nothing_more(_: &Page) -> Outcome {
    Ok(())
}

/// Each link of the list of contents leads to a section below it whose heading it names.
fn contents_lead_to_sections(page: &Page) -> Outcome {
    let links = page.texts(".contents a")?;
    for title in [
        "Spectra",
        "Training",
        "Class means",
        "How to read this",
        "Settings",
    ] {
        assert!(links.contains(&title.to_owned()), "{links:?}");
    }
    for (i, title) in links.iter().enumerate() {
        page.click(&format!(".contents li:nth-child({}) a", i + 1))?;
        let target = "document.getElementById(location.hash.slice(1))";
        let head = page.value(&format!("{target}.querySelector('h2').textContent"))?;
        assert_eq!(head, serde_json::json!(title));
        // It is on the screen.
        page.wait_for(&format!(
            "(({{ top }}) => top >= -1 && top < innerHeight)({target}.getBoundingClientRect())"
        ))?;
    }
    // The figure and the counts come first, then the contents, then what was run.
    assert!(page.holds(
        "(() => { const all = ['.counts', 'figure', '.contents', '.lead', '#spectra', '#training', '#reading', '#settings']\
         .map((s) => document.querySelector(s)); \
         return all.every((e, i) => i === 0 || (all[i - 1].compareDocumentPosition(e) & 4)); })()"
    )?);
    let defined = page.texts(".operators:not(.symbols) dt")?;
    assert_eq!(defined, ["Hess", "G", "H", "A1", "A2", "B1", "B2"]);
    Ok(())
}

#[test]
fn the_report_of_a_run_fits_and_its_contents_lead_to_its_sections() -> Outcome {
    at_each_width("run", run, contents_lead_to_sections)
}

#[test]
fn the_page_of_spectra_fits() -> Outcome {
    at_each_width("spectrum", spectrum, nothing_more)
}

#[test]
fn the_page_of_a_sweep_fits() -> Outcome {
    at_each_width("sweep", sweep, |page| {
        let ticked = page.value("document.querySelectorAll('#table input:checked').length")?;
        if ticked == serde_json::json!(0) {
            for n in 1..=3 {
                page.click(&format!("#table tbody tr:nth-child({n}) input"))?;
            }
        }
        page.assert_fits()?;
        assert_tables_fit(page)
    })
}

#[test]
fn the_page_of_dynamics_fits() -> Outcome {
    at_each_width("dynamics", dynamics, nothing_more)
}

/// Equal runs are named by the devices that tell them apart.
#[test]
fn the_page_of_a_comparison_fits() -> Outcome {
    at_each_width("compare", compare, |page| {
        let names = page.texts("tbody tr th")?;
        assert!(names[0].starts_with("one, 16 cores"), "{names:?}");
        Ok(())
    })
}

#[test]
fn the_page_of_a_figure_of_spectra_fits() -> Outcome {
    at_each_width("spectra-figure", spectra, nothing_more)
}

#[test]
fn the_page_of_a_figure_of_class_means_fits() -> Outcome {
    at_each_width("means-figure", means, nothing_more)
}
