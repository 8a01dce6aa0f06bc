//! What keeps a report from being written.

use std::error::Error;
use std::fs;

use hesscope_records::Analysis;
use hesscope_report::{ReportError, write_report};

use crate::synthetic;

#[test]
fn a_file_in_the_place_of_the_folder_is_named() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let blocked = folder.path().join("run");
    fs::write(&blocked, "not a folder")?;
    let error = write_report(&synthetic::run(Vec::new(), Vec::new()), &blocked)
        .err()
        .ok_or("a report inside a file")?;
    assert!(matches!(error, ReportError::Folder { .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.contains(&*blocked.to_string_lossy()), "{said}");
    assert!(said.contains("choose another folder"), "{said}");
    assert_eq!(fs::read_to_string(&blocked)?, "not a folder");
    Ok(())
}

#[test]
fn a_file_that_cannot_be_replaced_is_named_and_nothing_is_left_over() -> Result<(), Box<dyn Error>>
{
    let folder = tempfile::tempdir()?;
    // A folder of that name, not empty, cannot be renamed over.
    let page = folder.path().join("report.html");
    fs::create_dir(&page)?;
    fs::write(page.join("kept"), "")?;
    let error = write_report(&synthetic::run(Vec::new(), Vec::new()), folder.path())
        .err()
        .ok_or("a report in place of a folder")?;
    assert!(
        matches!(&error, ReportError::Write { path, .. } if *path == page),
        "{error:?}"
    );
    let names: Vec<_> = fs::read_dir(folder.path())?
        .map(|entry| Ok(entry?.file_name()))
        .collect::<Result<_, std::io::Error>>()?;
    assert!(
        names
            .iter()
            .all(|name| !name.to_string_lossy().ends_with(".partial")),
        "{names:?}"
    );
    Ok(())
}

/// The sentence about an analysis spoiled by `spoil`.
fn refused(spoil: impl Fn(&mut Analysis)) -> Result<String, Box<dyn Error>> {
    let mut analysis = synthetic::analysis("g", synthetic::g_like(40), 10, 2)?;
    spoil(&mut analysis);
    let folder = tempfile::tempdir()?;
    let error = write_report(&synthetic::run(Vec::new(), vec![analysis]), folder.path())
        .err()
        .ok_or("it was reported")?;
    assert!(matches!(error, ReportError::Analysis { .. }), "{error:?}");
    assert!(!folder.path().join("report.html").exists());
    Ok(error.to_string())
}

#[test]
fn analyses_that_make_no_sense_are_refused_with_the_reason() -> Result<(), Box<dyn Error>> {
    type Spoil = fn(&mut Analysis);
    let cases: [(Spoil, &str); 7] = [
        (|a| a.origin.schema = 99, "version 99"),
        (|a| a.spectrum.dimension = 0, "its order is 0"),
        (|a| a.spectrum.density.dim = 41, "that of its density 41"),
        (|a| a.spectrum.top.residuals.truncate(3), "3 residuals"),
        (
            |a| a.spectrum.density.quadratures[0].nodes[0] = f64::NAN,
            "not finite",
        ),
        (
            |a| a.spectrum.density.quadratures[0].weights.clear(),
            "weights",
        ),
        (|a| a.spectrum.density.quadratures.clear(), "no quadrature"),
    ];
    for (spoil, reason) in cases {
        let said = refused(spoil)?;
        assert!(said.contains(reason), "{said}");
        assert!(said.contains("run the analysis again"), "{said}");
    }
    Ok(())
}
