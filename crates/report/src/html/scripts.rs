//! The pages' scripts: our own, whole in the page, and nothing a page needs to be read.

/// What both pages share: writing numbers, finding places on the axis, reading values.
const SHARED: [&str; 3] = [
    include_str!("script/numbers.js"),
    include_str!("script/axis.js"),
    include_str!("script/readout.js"),
];

/// The script of a page with density figures.
pub(crate) fn reading_script() -> String {
    closed([include_str!("script/report.js")])
}

/// The script of a sweep's page.
pub(crate) fn sweep_script() -> String {
    closed([
        include_str!("../sweep/table.js"),
        include_str!("../sweep/filters.js"),
        include_str!("../sweep/plot.js"),
        include_str!("../sweep/compare.js"),
        include_str!("../sweep/page.js"),
    ])
}

/// In a scope of their own.
fn closed<const N: usize>(parts: [&str; N]) -> String {
    let parts: String = SHARED.into_iter().chain(parts).collect();
    format!("(() => {{\n\"use strict\";\n{parts}}})();\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_script_ends_its_element() {
        for script in [super::reading_script(), super::sweep_script()] {
            assert!(!script.contains("</") && !script.contains("<!--"));
        }
    }
}
