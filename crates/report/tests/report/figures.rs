//! The figures as files.

use std::error::Error;
use std::fs;
use std::path::Path;

use hesscope_records::{Part, Split};
use hesscope_report::{NamedSpectrum, View, write_report, write_spectrum_report};
use hesscope_spectral::Quadrature;
use resvg::tiny_skia::Pixmap;

use crate::page::{assert_balanced, page};
use crate::synthetic;

/// Decodes a PNG; returns its size and the share of pixels that are not white.
fn decode(path: &Path) -> Result<(u32, u32, f64), Box<dyn Error>> {
    let map = Pixmap::decode_png(&fs::read(path)?)?;
    let drawn = map
        .pixels()
        .iter()
        .filter(|p| (p.red(), p.green(), p.blue()) != (255, 255, 255))
        .count();
    let share = drawn as f64 / map.pixels().len() as f64;
    Ok((map.width(), map.height(), share))
}

#[test]
fn every_figure_is_an_svg_and_the_same_as_png() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut analyses = synthetic::three(200)?;
    let mut test = synthetic::analysis("hess", synthetic::g_like(200), 20, 1)?;
    test.settings.subject.split = Split::Test;
    analyses.push(test);
    let files = write_report(
        &synthetic::run(synthetic::epochs(20), analyses),
        folder.path(),
    )?;
    let names: Vec<String> = files
        .figures
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    assert_eq!(
        names,
        [
            "loss.svg",
            "loss.png",
            "density-train-epoch-20.svg",
            "density-train-epoch-20.png",
            "density-test-epoch-20.svg",
            "density-test-epoch-20.png",
        ]
    );
    for pair in files.figures.chunks(2) {
        let svg = fs::read_to_string(&pair[0])?;
        assert_balanced(&svg);
        let (width, height, share) = decode(&pair[1])?;
        // Twice the size that the SVG states.
        assert!(svg.contains(&format!("width=\"{}\"", width / 2)));
        assert!(height > 600);
        assert!((0.01..0.5).contains(&share), "{share} of it is drawn");
    }
    Ok(())
}

#[test]
fn the_density_figure_shows_counts_marks_and_threshold() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let run = synthetic::run(Vec::new(), synthetic::three(200)?);
    let files = write_report(&run, folder.path())?;
    let svg = fs::read_to_string(&files.figures[0])?.replace('\u{a0}', " ");
    for needed in [
        ">Hess: 10 positive outliers",
        ">G: 10 positive outliers; C = 10<",
        ">H: 0 outliers; C = 10<",
    ] {
        assert!(svg.contains(needed), "{needed} is missing");
    }
    // Ten diamonds each for Hess and G, and one in the legend.
    assert_eq!(svg.matches("class=\"f-orange s-paper\"").count(), 21);
    // Two thresholds and the legend's.
    assert_eq!(svg.matches("stroke-dasharray=\"3 3\"").count(), 3);
    assert!(svg.contains("% near zero<"));
    assert!(svg.contains("95 % band"));
    Ok(())
}

#[test]
fn outliers_beyond_the_eigenpairs_are_owned_up_to() -> Result<(), Box<dyn Error>> {
    let mut analysis = synthetic::analysis("g", synthetic::g_like(100), 40, 2)?;
    let whole = page(&synthetic::run(Vec::new(), vec![analysis.clone()]))?;
    assert!(!whole.contains("Without a mark"));
    analysis.spectrum.top.values.truncate(7);
    analysis.spectrum.top.residuals.truncate(7);
    analysis.spectrum.top.converged.truncate(7);
    let cut = page(&synthetic::run(Vec::new(), vec![analysis]))?;
    assert!(cut.contains("G: 10 positive outliers; C = 10"));
    assert!(cut.contains("Outliers counted beyond the leading eigenpairs computed: 3."));
    assert!(
        cut.contains("With a hollow diamond, where the density has them and without residuals: 3.")
    );
    // The density has them: hollow diamonds, one each and one in the legend, in both layouts of all views.
    assert!(!cut.contains("Without a mark"));
    assert_eq!(
        cut.matches("class=\"f-paper s-orange\"").count(),
        View::ALL.len() * 2 * (3 + 1)
    );
    Ok(())
}

#[test]
fn outliers_that_only_the_quadrature_has_are_marked_at_its_nodes() -> Result<(), Box<dyn Error>> {
    let mut spectrum = synthetic::spectrum(synthetic::g_like(100), 40, 2)?;
    let outliers = spectrum.top.values[..10].to_vec();
    spectrum.top.values.truncate(8);
    spectrum.top.residuals.truncate(8);
    spectrum.top.converged.truncate(8);
    spectrum.density.atoms.truncate(8);
    // Two probes see both, the first of them with a copy; a third sees the larger alone.
    let [ninth, tenth] = [outliers[8], outliers[9]];
    let nodes = [vec![ninth, ninth, tenth], vec![tenth, ninth], vec![ninth]];
    spectrum.density.quadratures = nodes
        .map(|nodes| Quadrature {
            weights: vec![1.0 / nodes.len() as f64; nodes.len()],
            nodes,
        })
        .to_vec();
    let folder = tempfile::tempdir()?;
    let named = [NamedSpectrum::of(Part::G.into(), &spectrum)];
    let files = write_spectrum_report("G", &named, folder.path())?;
    let svg = fs::read_to_string(&files.figures[0])?;
    assert_eq!(svg.matches("class=\"f-paper s-orange\"").count(), 2 + 1);
    let html = fs::read_to_string(files.html)?;
    assert!(
        html.contains(
            "With a hollow diamond, where the density has them and without residuals: 2."
        )
    );
    Ok(())
}

#[test]
fn an_equation_does_not_break() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let run = synthetic::run(Vec::new(), synthetic::three(120)?);
    let files = write_report(&run, folder.path())?;
    let svg = fs::read_to_string(&files.figures[0])?;
    assert!(svg.contains("C\u{a0}=\u{a0}10<") && !svg.contains("C = 10<"));
    assert!(fs::read_to_string(&files.html)?.contains(", C\u{a0}=\u{a0}10."));
    Ok(())
}

/// A box would stand in the place of a character that the font lacks.
#[test]
fn every_character_of_a_figure_is_in_the_embedded_font() -> Result<(), Box<dyn Error>> {
    use skrifa::{FontRef, MetadataProvider};
    let folder = tempfile::tempdir()?;
    let run = synthetic::run(synthetic::epochs(20), synthetic::three(120)?);
    let files = write_report(&run, folder.path())?;
    let mut characters: Vec<char> = Vec::new();
    for path in files
        .figures
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "svg"))
    {
        let svg = fs::read_to_string(path)?;
        for text in svg.split("<text").skip(1) {
            let (text, _) = text.split_once("</text>").ok_or("a text without end")?;
            let mut inside = true;
            for c in text.chars() {
                match c {
                    '<' => inside = true,
                    '>' => inside = false,
                    c if !inside => characters.push(c),
                    _ => {}
                }
            }
        }
    }
    characters.sort_unstable();
    characters.dedup();
    assert!(characters.contains(&'\u{3bb}') && characters.contains(&'\u{2212}'));
    for data in [ttf_noto_sans::REGULAR, ttf_noto_sans::BOLD] {
        let map = FontRef::new(data)?.charmap();
        let missing: Vec<&char> = characters
            .iter()
            .filter(|&&c| map.map(c).is_none())
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
    Ok(())
}

#[test]
fn a_second_report_replaces_the_first_and_leaves_nothing_behind() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut run = synthetic::run(synthetic::epochs(2), Vec::new());
    write_report(&run, folder.path())?;
    run.title = "second".to_owned();
    let files = write_report(&run, folder.path())?;
    assert!(fs::read_to_string(&files.html)?.contains("<h1>second</h1>"));
    let mut names: Vec<_> = fs::read_dir(folder.path())?
        .chain(fs::read_dir(folder.path().join("figures"))?)
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, std::io::Error>>()?;
    names.sort();
    assert_eq!(names, ["figures", "loss.png", "loss.svg", "report.html"]);
    Ok(())
}
