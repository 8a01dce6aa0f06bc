//! The report of a run.

use std::error::Error;

use hesscope_report::write_report;

use crate::density::{expected, place, reading};
use crate::page::{NARROW_DARK, Outcome, Page, View, WIDE};
use crate::synthetic;

/// Opens the report of three spectra of order 200, Hess, G and H; `None` where there is no browser.
fn open(view: View) -> Result<Option<Page>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let run = synthetic::run(synthetic::epochs(20), synthetic::three(200)?);
    let file = write_report(&run, folder.path())?.html;
    Page::open(folder, &file, view)
}

/// Checks what is read of all three at the place where the page stands; points that are no whole part of a decade.
fn check(page: &Page) -> Outcome {
    let analyses = synthetic::three(200)?;
    let lambda = place(&page.text(".readout .place")?)?;
    assert_eq!(page.texts(".readout dt")?, ["Hess", "G", "H"]);
    let read = page.texts(".readout dd")?;
    // The grid's step, and where it begins, as they stand in the page.
    let step: f64 = serde_json::from_value(page.value(
        "JSON.parse(document.querySelector('script.readings').textContent).curves[0].step",
    )?)?;
    for (operator, text) in ["hess", "g", "h"].iter().zip(&read) {
        let analysis = analyses
            .iter()
            .find(|analysis| analysis.settings.operator.to_string() == *operator)
            .ok_or("no such analysis")?;
        if text == "nothing here" {
            assert!(*operator == "g" && lambda < 0.0, "{operator} at {lambda}");
        } else if !text.contains("under") {
            reading(text)?.assert_like(&expected(analysis, lambda, -5, 1.0 / step)?);
        }
    }
    Ok(())
}

#[test]
fn values_are_read_off_at_the_pointer() -> Outcome {
    let Some(page) = open(WIDE)? else {
        return Ok(());
    };
    assert!(page.texts(".readout dd")?.is_empty());
    for across in [0.3, 0.6, 0.75, 0.95] {
        page.hover("figure svg.wide.readable", across, 0.4)?;
        check(&page)?;
    }
    assert!(page.holds("document.querySelectorAll('svg.wide .crosshair line').length === 3")?);
    page.picture("report-wide", WIDE)?;
    page.assert_faultless();
    Ok(())
}

#[test]
fn values_are_read_off_by_keyboard_on_a_phone() -> Outcome {
    let Some(page) = open(NARROW_DARK)? else {
        return Ok(());
    };
    page.tab_to(".readout input", 20)?;
    assert!(
        page.texts(".readout dd")?
            .iter()
            .all(|text| text.contains("of zero"))
    );
    for key in ["ArrowRight", "PageUp", "PageUp", "ArrowLeft", "ArrowLeft"] {
        page.press(key)?;
        check(&page)?;
    }
    // The dot of G lies on its curve: its height is that of the count on the panel's scale.
    assert!(page.holds(
        "(() => { const dot = document.querySelectorAll('svg.narrow .crosshair circle')[1]; \
         const box = dot.getBoundingClientRect(); return box.width > 0 && box.x > 0 && box.right < innerWidth; })()"
    )?);
    page.assert_fits()?;
    page.picture("report-narrow-dark", NARROW_DARK)?;
    page.assert_faultless();
    Ok(())
}

#[test]
fn without_script_the_report_stands() -> Outcome {
    let Some(page) = open(WIDE)? else {
        return Ok(());
    };
    page.without_script()?;
    assert!(page.holds("!document.querySelector('.readout')")?);
    assert!(page.texts("h2")?.contains(&"Spectra".to_owned()));
    page.assert_faultless();
    Ok(())
}
