//! What stands in `report.html`.

use std::error::Error;
use std::fs;

use hesscope_report::{RunSummary, write_report};

use crate::synthetic;

/// Writes a report and reads its page, a plain space in the place of each that does not break.
pub fn page(run: &RunSummary) -> Result<String, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let files = write_report(run, folder.path())?;
    let html = fs::read_to_string(files.html)?;
    Ok(html.replace('\u{a0}', " "))
}

/// A page without what stands in its script elements, which is no markup.
fn without_scripts(html: &str) -> String {
    let mut parts = html.split("<script");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (element, rest) = part.split_once("</script>").expect("a script that ends");
        let (attributes, _) = element.split_once('>').expect("a tag that ends");
        out.push_str(&format!("<script{attributes}></script>{rest}"));
    }
    out
}

/// The text of a page: its tags taken out.
fn text(html: &str) -> String {
    let html = without_scripts(html);
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

/// How many values a JSON value holds.
fn leaves(value: &serde_json::Value) -> usize {
    let of = |fields: &serde_json::Map<String, _>| fields.values().map(leaves).sum();
    value.as_object().map_or(1, of)
}

/// Fails unless every element that is opened is closed, in order.
pub fn assert_balanced(html: &str) {
    let html = without_scripts(html);
    const VOID: [&str; 3] = ["meta", "input", "!DOCTYPE"];
    let mut open: Vec<&str> = Vec::new();
    // The style sheet is no markup, and holds no tags.
    for tag in html.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag that does not end");
        let name = tag.split([' ', '\n', '/']).next().unwrap_or_default();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "closed in the wrong place");
        } else if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

/// Fails if a browser would fetch anything for the page.
pub fn assert_self_contained(html: &str) {
    let namespace = "xmlns=\"http://www.w3.org/2000/svg\"";
    // The script makes elements by the same name.
    let rest = html
        .replace(namespace, "")
        .replace("\"http://www.w3.org/2000/svg\"", "")
        // Links within the page fetch nothing.
        .replace("href=\"#", "");
    for forbidden in [
        "http://", "https://", "<link", "<img", "<iframe", "src=", "href=", "@import", "data:",
    ] {
        assert!(!rest.contains(forbidden), "{forbidden} in the page");
    }
    // Clip paths refer to the page itself.
    for url in rest.split("url(").skip(1) {
        assert!(url.starts_with('#'), "a request for {}", &url[..40]);
    }
}

#[test]
fn the_page_is_whole_and_asks_for_nothing() -> Result<(), Box<dyn Error>> {
    let html = page(&synthetic::run(
        synthetic::epochs(20),
        synthetic::three(300)?,
    ))?;
    assert_balanced(&html);
    assert_self_contained(&html);
    for needed in [
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
        "prefers-color-scheme: dark",
        "default-src 'none'",
        "<main>",
        "<h1>small-cnn on synth-digits</h1>",
        "<figcaption>",
        "<caption>",
        "scope=\"row\"",
        "scope=\"col\"",
    ] {
        assert!(html.contains(needed), "{needed} is missing");
    }
    assert_eq!(html.matches("<h1>").count(), 1);
    Ok(())
}

#[test]
fn ids_are_unique_and_every_reference_has_one() -> Result<(), Box<dyn Error>> {
    let html = page(&synthetic::run(
        synthetic::epochs(3),
        synthetic::three(120)?,
    ))?;
    let ids: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    for (i, id) in ids.iter().enumerate() {
        assert!(!ids[..i].contains(id), "{id} twice");
    }
    let references: Vec<&str> = html
        .split("url(#")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    assert!(!references.is_empty());
    for reference in references {
        assert!(ids.contains(&reference), "{reference} is nowhere");
    }
    Ok(())
}

#[test]
fn counts_stand_beside_the_number_of_classes() -> Result<(), Box<dyn Error>> {
    let html = page(&synthetic::run(
        synthetic::epochs(20),
        synthetic::three(300)?,
    ))?;
    for needed in [
        "G: 10 positive outliers; C = 10",
        "H: 0 outliers; C = 10",
        "Hess: 10 positive outliers",
        "<dt>outliers of G</dt><dd>10</dd>",
        "<dt>outliers of H</dt><dd>0</dd>",
        "<dt>classes, C</dt><dd>10</dd>",
    ] {
        assert!(html.contains(needed), "{needed} is missing");
    }
    // Hess, G and H in this order, whatever that of the analyses.
    let place = |what: &str| html.find(what).unwrap_or(usize::MAX);
    assert!(place("outliers of Hess<") < place("outliers of G<"));
    assert!(place("outliers of G<") < place("outliers of H<"));
    Ok(())
}

#[test]
fn the_rule_of_the_counts_is_said_with_its_null_and_its_numbers() -> Result<(), Box<dyn Error>> {
    let page = text(&page(&synthetic::run(
        synthetic::epochs(20),
        synthetic::three(300)?,
    ))?);
    for needed in [
        "repel each other",
        "Wigner surmise",
        "Appearance of random matrix theory in deep learning",
        "a factor of 1.1 at least",
        "beside the (at most 12) spacings that follow it",
        "at the 1 % level",
    ] {
        assert!(page.contains(needed), "{needed} is missing");
    }
    assert!(!page.contains("exponential"));
    Ok(())
}

#[test]
fn every_number_of_the_top_is_in_its_table() -> Result<(), Box<dyn Error>> {
    let analysis = synthetic::analysis("g", synthetic::g_like(200), 20, 4)?;
    let html = page(&synthetic::run(Vec::new(), vec![analysis]))?;
    let (_, table) = html
        .split_once("Leading eigenvalues of G</summary>")
        .ok_or("no table of G")?;
    let (table, _) = table.split_once("</table>").ok_or("an endless table")?;
    assert_eq!(table.matches("<td>outliers</td>").count(), 10);
    assert_eq!(table.matches("<td>bulk</td>").count(), 10);
    // 3 exp(-0.12 i) for the first four.
    for value in ["3.000000", "2.660761", "2.359884", "2.093029"] {
        assert!(table.contains(value), "{value} is missing");
    }
    Ok(())
}

#[test]
fn the_trace_of_an_exact_density_is_exact() -> Result<(), Box<dyn Error>> {
    let mut analysis = synthetic::analysis("g", synthetic::g_like(40), 12, 4)?;
    analysis.spectrum.density = hesscope_spectral::SpectralDensity::from_eigenvalues(
        (1..=40).map(|i| f64::from(i) / 100.0).collect(),
    );
    let html = page(&synthetic::run(Vec::new(), vec![analysis]))?;
    // sum i / 100 = 8.2, sum (i / 100)^2 = 2.214.
    assert!(html.contains("Trace</th><td>8.200</td>"));
    assert!(html.contains("Frobenius norm</th><td>1.488</td>"));
    Ok(())
}

#[test]
fn settings_are_all_there() -> Result<(), Box<dyn Error>> {
    let run = synthetic::run(synthetic::epochs(2), synthetic::three(60)?);
    let html = page(&run)?;
    let text = text(&html);
    for (key, value) in run.settings.iter().chain(&run.network) {
        assert!(text.contains(key.as_str()), "{key} is missing");
        assert!(text.contains(value.as_str()), "{value} is missing");
    }
    assert!(text.contains(&run.config_sha256));
    let wanted = serde_json::to_value(&run.analyses[0].settings)?;
    let settings = leaves(&wanted);
    let (_, table) = html
        .split_once("The analyses</span>")
        .ok_or("no table of analyses")?;
    let (table, _) = table.split_once("</table>").ok_or("an endless table")?;
    // One row a setting, and those of the analysis's own facts.
    assert!(table.matches("<th scope=\"row\">").count() >= settings);
    Ok(())
}

#[test]
fn hostile_text_stays_text() -> Result<(), Box<dyn Error>> {
    let hostile = "</title><script>alert('&')</script>\"\u{0}";
    let mut analysis = synthetic::analysis("g", synthetic::g_like(60), 12, 2)?;
    for text in [
        &mut analysis.origin.key,
        &mut analysis.origin.device,
        &mut analysis.origin.version,
        &mut analysis.settings.subject.run_sha256,
        &mut analysis.settings.subject.checkpoint_sha256,
        &mut analysis.settings.subject.data_sha256,
    ] {
        *text = hostile.to_owned();
    }
    let pair = || vec![(hostile.to_owned(), hostile.to_owned())];
    let run = RunSummary {
        title: hostile.to_owned(),
        version: hostile.to_owned(),
        device: hostile.to_owned(),
        config_sha256: hostile.to_owned(),
        settings: pair(),
        network: pair(),
        ..synthetic::run(synthetic::epochs(1), vec![analysis])
    };
    let html = page(&run)?;
    assert_balanced(&html);
    assert_self_contained(&html);
    assert!(!html.contains('\u{0}'));
    assert!(html.contains("&lt;script&gt;alert('&amp;')"));
    assert!(!html.contains("<script>alert"));
    Ok(())
}

#[test]
fn equal_runs_give_equal_bytes() -> Result<(), Box<dyn Error>> {
    let run = synthetic::run(synthetic::epochs(4), synthetic::three(60)?);
    assert_eq!(page(&run)?, page(&run)?);
    Ok(())
}
