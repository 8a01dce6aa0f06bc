//! The page and the figures of dynamics.

use std::error::Error;
use std::fs;

use hesscope_report::write_dynamics;

use crate::grid_of_runs::dynamics;
use crate::page::{assert_balanced, assert_self_contained};

#[test]
fn the_page_has_transitions_figures_and_every_number() -> Result<(), Box<dyn Error>> {
    let (dynamics, analyses) = dynamics("mnist")?;
    let folder = tempfile::tempdir()?;
    let files = write_dynamics(&dynamics, &analyses, folder.path())?;
    assert_eq!(files.figures.len(), 4);
    for file in &files.figures {
        assert!(fs::metadata(file)?.len() > 1000, "{}", file.display());
    }
    let html = fs::read_to_string(files.html)?;
    assert_balanced(&html);
    assert_self_contained(&html);
    for part in [
        "<h2>Findings</h2>",
        "<th scope=\"row\">B1 and B2 separate</th>",
        "<strong>Undecided: </strong>the claim of mnist.",
        "<td>Section 3</td>",
        "<td>30.00 (15.00 to 60.00)</td>",
        "<td>0.7500 (0.5625 to 1.125)</td>",
        "<td>2.000 (1.500 to 3.000)</td>",
        "<td>4.500</td>",
        "<td>appear between 0 and 1 (not confirmed by neighbours)</td>",
        "<td>not seen: apart throughout</td>",
        "<td>not located: more than one change</td>",
        "<td>not seen: never apart</td>",
        "<td>undecided</td>",
        "<td>8.000 (6.000 to 12.00)</td>",
        "<td>34.00 (25.50 or more)</td>",
        "<td>87.50</td>",
        "<th scope=\"row\">all examples</th>",
    ] {
        assert!(html.contains(part), "{part}");
    }
    // The line of the first size begins at its second place: no value, no line.
    assert!(html.contains("Last outlier over the edge"));
    // The same again, byte for byte.
    let again = tempfile::tempdir()?;
    let files = write_dynamics(&dynamics, &analyses, again.path())?;
    assert_eq!(fs::read_to_string(files.html)?, html);
    Ok(())
}

#[test]
fn a_track_without_values_says_so() -> Result<(), Box<dyn Error>> {
    let (mut dynamics, analyses) = dynamics("mnist")?;
    for cell in &mut dynamics.cells {
        cell.spectra[0].separation = None;
    }
    let folder = tempfile::tempdir()?;
    let files = write_dynamics(&dynamics, &analyses, folder.path())?;
    let html = fs::read_to_string(files.html)?;
    // Along epochs and along sizes, in both layouts.
    assert_eq!(html.matches("no value on this grid").count(), 4);
    Ok(())
}

#[test]
fn hostile_text_of_dynamics_stays_text() -> Result<(), Box<dyn Error>> {
    let (dynamics, analyses) = dynamics("</h2><script>alert('&')</script>\"")?;
    let folder = tempfile::tempdir()?;
    let files = write_dynamics(&dynamics, &analyses, folder.path())?;
    let html = fs::read_to_string(files.html)?;
    assert_balanced(&html);
    assert_self_contained(&html);
    Ok(())
}

#[test]
fn analyses_that_are_not_those_of_the_cells_are_refused() -> Result<(), Box<dyn Error>> {
    let (dynamics, mut analyses) = dynamics("mnist")?;
    analyses.pop();
    let folder = tempfile::tempdir()?;
    let error = write_dynamics(&dynamics, &analyses, folder.path()).expect_err("refused");
    assert!(error.to_string().contains("6 spectra"), "{error}");
    assert!(!folder.path().join("dynamics.html").exists());
    Ok(())
}
