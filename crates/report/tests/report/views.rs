//! The views of densities: logarithmic, semi-logarithmic, linear.

use std::error::Error;

use hesscope_report::{View, write_report};

use crate::page::{assert_balanced, page};
use crate::synthetic;

#[test]
fn the_page_offers_every_view_and_the_files_those_asked_for() -> Result<(), Box<dyn Error>> {
    let mut run = synthetic::run(
        Vec::new(),
        vec![synthetic::analysis("g", synthetic::g_like(100), 20, 2)?],
    );
    let html = page(&run)?;
    assert_balanced(&html);
    for view in View::ALL {
        let drawn = html.matches(&format!("class=\"view view-{view}\"")).count();
        assert_eq!(drawn, 1, "{view}");
        assert!(html.contains(&format!("for=\"density-train-epoch-20-{view}-view\"")));
        assert_eq!(view.name().parse::<View>()?, view);
    }
    // The first is chosen.
    assert_eq!(html.matches(" checked>").count(), 1);
    assert!(
        "log"
            .parse::<View>()
            .is_err_and(|error| error.to_string().contains("semi-logarithmic"))
    );

    let folder = tempfile::tempdir()?;
    let mut names = |views: &[View]| -> Result<Vec<String>, Box<dyn Error>> {
        run.views = views.to_vec();
        let files = write_report(&run, folder.path())?.figures;
        let names = files
            .iter()
            .filter_map(|path| Some(path.file_name()?.to_string_lossy()));
        Ok(names.map(std::borrow::Cow::into_owned).collect())
    };
    assert_eq!(
        names(&[])?,
        ["density-train-epoch-20.svg", "density-train-epoch-20.png"]
    );
    assert_eq!(
        names(&[View::Linear, View::SemiLogarithmic])?,
        [
            "density-train-epoch-20.svg",
            "density-train-epoch-20.png",
            "density-train-epoch-20-semi-logarithmic.svg",
            "density-train-epoch-20-semi-logarithmic.png",
            "density-train-epoch-20-linear.svg",
            "density-train-epoch-20-linear.png",
        ]
    );
    Ok(())
}
