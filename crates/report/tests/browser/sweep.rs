//! The page of a sweep.

use std::error::Error;

use hesscope_report::{SweepEntry, SweepSummary, write_sweep_page};
use hesscope_spectral::{OutlierOptions, SpectralDensity, outliers};

use crate::density::{expected, place, reading};
use crate::page::{NARROW_DARK, Outcome, Page, View, WIDE};
use crate::sample;
use crate::synthetic;

/// Opens a sweep's page; `None` where there is no browser.
fn open(sweep: &SweepSummary, view: View) -> Result<Option<Page>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = write_sweep_page(sweep, folder.path())?;
    Page::open(folder, &file, view)
}

/// The texts of a column's cells in the rows shown, from the top.
fn column(page: &Page, key: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let value = page.value(&format!(
        "(() => {{ const i = document.querySelector('#table [data-key=\"{key}\"]').cellIndex; \
         return [...document.querySelectorAll('#table tbody tr')].filter((row) => row.checkVisibility())\
         .map((row) => row.cells[i].textContent); }})()"
    ))?;
    Ok(serde_json::from_value(value)?)
}

fn head(key: &str) -> String {
    format!("#table [data-key=\"{key}\"] button")
}

/// The box to tick of the n-th row of the page as it came, from 1.
fn tick(n: usize) -> String {
    format!("#table tbody tr:nth-child({n}) input")
}

const STATUS: &str = ".shown[role=status]";

#[test]
fn columns_sort_by_number_and_by_name_either_way() -> Outcome {
    let Some(page) = open(&sample::sweep()?, WIDE)? else {
        return Ok(());
    };
    let thrice = |losses: [&str; 6]| -> Vec<String> {
        losses
            .iter()
            .flat_map(|loss| [(*loss).to_owned(), (*loss).to_owned(), (*loss).to_owned()])
            .collect()
    };
    let none = "not a number";
    page.click(&head("loss"))?;
    assert_eq!(
        column(&page, "loss")?,
        thrice([
            "9.500\u{d7}10\u{207b}\u{2074}",
            "0.04120",
            "0.5000",
            "2.301",
            "11.25",
            none
        ])
    );
    assert!(page.holds("document.querySelector('[data-key=loss]').ariaSort === 'ascending'")?);
    assert_eq!(
        page.text(STATUS)?,
        "18 of 18 analyses, sorted by Loss, ascending."
    );
    page.click(&head("loss"))?;
    assert_eq!(
        column(&page, "loss")?,
        thrice([
            "11.25",
            "2.301",
            "0.5000",
            "0.04120",
            "9.500\u{d7}10\u{207b}\u{2074}",
            none
        ])
    );
    assert!(page.holds("document.querySelector('[data-key=loss]').ariaSort === 'descending'")?);

    page.click(&head("network"))?;
    let names = column(&page, "network")?;
    assert!(names.is_sorted(), "{names:?}");
    assert!(page.holds("document.querySelectorAll('[aria-sort]').length === 1")?);
    // `all` is more than any number.
    page.click(&head("examples-per-class"))?;
    let amounts = column(&page, "examples-per-class")?;
    assert_eq!((amounts[0].as_str(), amounts[17].as_str()), ("136", "all"));
    page.assert_faultless();
    Ok(())
}

#[test]
fn filters_leave_the_rows_that_fit() -> Outcome {
    let Some(page) = open(&sample::sweep()?, WIDE)? else {
        return Ok(());
    };
    // The first choice after `any`, in alphabetical order.
    page.tab_to("select[name=dataset]", 20)?;
    page.press("ArrowDown")?;
    assert_eq!(column(&page, "dataset")?, vec!["mnist"; 6]);
    assert_eq!(page.text(STATUS)?, "6 of 18 analyses.");
    page.tab_to("input[name=text]", 20)?;
    page.type_text("S10 H")?;
    // Both words, in any case: the operators Hess and H, and G by the name of its data's file.
    assert!(
        column(&page, "folder")?
            .iter()
            .all(|run| run == "runs/mnist-small-cnn-s10")
    );
    page.type_text("ess")?;
    assert_eq!(column(&page, "operator")?, ["Hess"]);
    page.type_text(" nowhere")?;
    assert_eq!(page.text(STATUS)?, "0 of 18 analyses.");
    page.click("button[type=reset]")?;
    page.wait_for("document.querySelector('.shown').textContent === '18 of 18 analyses.'")?;
    assert_eq!(column(&page, "run")?.len(), 18);
    page.assert_faultless();
    Ok(())
}

#[test]
fn compared_analyses_stand_together_and_are_read_at_the_pointer() -> Outcome {
    let Some(page) = open(&sample::sweep()?, WIDE)? else {
        return Ok(());
    };
    assert!(page.texts("#comparison figure")?.is_empty());
    // Hess and G of the first run.
    page.click(&tick(1))?;
    page.click(&tick(2))?;
    assert_eq!(
        page.text(".told[role=status]")?,
        "2 analyses are compared below the table."
    );
    let names = [
        "Hess, train, epoch 20, synth-digits, small-cnn, all examples",
        "G, train, epoch 20, synth-digits, small-cnn, all examples",
    ];
    assert_eq!(page.texts("#comparison thead .key")?, names);
    let losses = page.value(
        "[...document.querySelectorAll('#comparison tbody tr')].find((row) => row.cells[0].textContent === 'Loss')\
         .textContent",
    )?;
    assert_eq!(losses, "Loss0.041200.04120");

    let figure = "#comparison figure svg";
    let hess = synthetic::analysis(
        "hess",
        &synthetic::g_like(200) + &synthetic::semicircle(200, 0.02),
        30,
        4,
    )?;
    let g = synthetic::analysis("g", synthetic::g_like(200), 30, 4)?;
    // Hess alone has eigenvalues below zero, a quarter of the way along.
    for (across, negative) in [(0.2, true), (0.8, false), (0.93, false)] {
        page.hover(figure, across, 0.5)?;
        let lambda = place(&page.text(".readout .place")?)?;
        assert_eq!(lambda < 0.0, negative, "{lambda}");
        assert_eq!(page.texts(".readout dt")?, names);
        let read = page.texts(".readout dd")?;
        reading(&read[0])?.assert_like(&expected(&hess, lambda, -5, 20.0)?);
        if negative {
            assert_eq!(read[1], "nothing here");
        } else {
            reading(&read[1])?.assert_like(&expected(&g, lambda, -5, 20.0)?);
        }
        // A screen reader is told the same.
        page.wait_for(&format!(
            "document.querySelector('.readout [role=status]').textContent.replace(/\\u00a0/g, ' ').includes({:?})",
            read[0]
        ))?;
    }
    page.picture("sweep-wide", WIDE)?;

    page.click("#comparison input[value=apart]")?;
    assert!(page.holds("document.querySelectorAll('#comparison svg .axes').length === 2")?);
    assert!(page.holds("document.activeElement.value === 'apart'")?);
    page.picture("sweep-apart", WIDE)?;
    page.click("#comparison thead th:nth-child(2) button")?;
    assert_eq!(page.texts("#comparison thead .key")?, names[1..]);
    assert!(page.holds(&format!("!document.querySelector({:?}).checked", tick(1)))?);
    page.assert_faultless();
    Ok(())
}

#[test]
fn a_seventh_analysis_is_refused() -> Outcome {
    let Some(page) = open(&sample::sweep()?, WIDE)? else {
        return Ok(());
    };
    for n in 1..=7 {
        page.click(&tick(n))?;
    }
    assert!(
        page.text(".told")?
            .starts_with("No more than 6 analyses can be compared")
    );
    assert!(page.holds("document.querySelectorAll('#table input:checked').length === 6")?);
    assert_eq!(page.texts("#comparison thead .key")?.len(), 6);
    // Sorting keeps what is ticked.
    page.click(&head("operator"))?;
    assert!(page.holds("document.querySelectorAll('#table input:checked').length === 6")?);
    page.assert_faultless();
    Ok(())
}

#[test]
fn everything_can_be_done_by_keyboard() -> Outcome {
    let Some(page) = open(&sample::sweep()?, NARROW_DARK)? else {
        return Ok(());
    };
    page.tab_to("select[name=operator]", 30)?;
    page.press("ArrowDown")?;
    assert_eq!(column(&page, "operator")?, vec!["G"; 6]);
    page.tab_to(&head("loss"), 60)?;
    page.press("Enter")?;
    assert_eq!(
        page.text(STATUS)?,
        "6 of 18 analyses, sorted by Loss, ascending."
    );
    page.tab_to(".tick input", 60)?;
    page.press(" ")?;
    page.tab_to(".tick input", 10)?;
    page.press(" ")?;
    assert_eq!(
        page.text(".told")?,
        "2 analyses are compared below the table."
    );
    page.tab_to("#comparison input[type=range]", 60)?;
    // The focus alone shows the place about zero.
    assert_eq!(
        page.text(".readout .place")?,
        "|\u{3bb}| < 10\u{207b}\u{2075}"
    );
    assert!(page.texts(".readout dd")?[0].contains("within 10\u{207b}\u{2075} of zero"));
    for _ in 0..3 {
        page.press("ArrowRight")?;
    }
    let lambda = place(&page.text(".readout .place")?)?;
    assert!((lambda - 10f64.powf(-4.9)).abs() < 1e-7, "{lambda}");
    page.press("End")?;
    page.press("PageDown")?;
    let lambda = place(&page.text(".readout .place")?)?;
    let g = synthetic::analysis("g", synthetic::g_like(200), 30, 4)?;
    reading(&page.texts(".readout dd")?[0])?.assert_like(&expected(&g, lambda, -5, 20.0)?);
    assert!(page.holds(
        "document.activeElement.getAttribute('aria-valuetext') === document.querySelector('.place').textContent"
    )?);
    page.assert_fits()?;
    page.picture("sweep-narrow-dark", NARROW_DARK)?;
    page.assert_faultless();
    Ok(())
}

#[test]
fn a_spectrum_of_zeros_is_compared_too() -> Outcome {
    let mut sweep = sample::sweep()?;
    let mut nothing = synthetic::analysis("hess", synthetic::g_like(40), 12, 2)?;
    nothing.spectrum.density = SpectralDensity::from_eigenvalues(vec![0.0; 40]);
    nothing.spectrum.top.values = vec![0.0; 12];
    nothing.spectrum.top.residuals = vec![0.0; 12];
    nothing.spectrum.outliers = outliers(&[0.0; 12], &[0.0; 12], &OutlierOptions::default())?;
    sweep.entries[1] = SweepEntry::new(sweep.entries[1].row.clone(), &nothing, None)?;
    let Some(page) = open(&sweep, WIDE)? else {
        return Ok(());
    };
    // By itself, then beside another.
    for n in [2, 1] {
        page.click(&tick(n))?;
        page.hover("#comparison figure svg", 0.5, 0.5)?;
        let read = page.texts(".readout dd")?;
        let expected = ["100 % within 10\u{207b}\u{2076} of zero", "nothing here"];
        assert!(expected.contains(&read[0].as_str()), "{read:?}");
        assert!(
            page.holds("!document.querySelector('#comparison svg').outerHTML.includes('NaN')")?
        );
    }
    page.assert_faultless();
    Ok(())
}

#[test]
fn without_script_the_table_stands() -> Outcome {
    let Some(page) = open(&sample::sweep()?, WIDE)? else {
        return Ok(());
    };
    page.without_script()?;
    assert_eq!(column(&page, "run")?.len(), 18);
    assert!(page.holds("document.querySelectorAll('button, input, select').length === 0")?);
    assert_eq!(page.texts("h2")?, ["Failures", "Analyses"]);
    assert!(
        page.text("main")?
            .contains("the loss is not finite in epoch 3")
    );
    page.picture("sweep-without-script", WIDE)?;
    page.assert_faultless();
    Ok(())
}

#[test]
fn hostile_names_are_only_names() -> Outcome {
    let hostile = "</script><script>document.title = 'taken'</script>\"'&\u{0}";
    let mut sweep = sample::sweep()?;
    for text in [
        &mut sweep.title,
        &mut sweep.version,
        &mut sweep.failures[0].reason,
    ] {
        *text = hostile.to_owned();
    }
    let entry = &mut sweep.entries[0];
    entry.report = Some(format!("javascript:{hostile}"));
    let row = &mut entry.row;
    for text in [
        &mut row.run,
        &mut row.dataset,
        &mut row.operator,
        &mut row.split,
        &mut row.analysis,
    ] {
        *text = hostile.to_owned();
    }
    let Some(page) = open(&sweep, WIDE)? else {
        return Ok(());
    };
    page.click(&tick(1))?;
    assert!(
        page.text("#comparison thead .key")?
            .contains("</script><script>")
    );
    assert!(page.holds("document.title !== 'taken' && document.scripts.length === 2")?);
    assert!(page.holds("document.querySelector('#table tbody a').protocol === 'file:'")?);
    page.hover("#comparison figure svg", 0.5, 0.5)?;
    page.assert_faultless();
    Ok(())
}
