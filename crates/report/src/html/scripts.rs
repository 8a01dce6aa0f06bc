//! The pages' scripts: our own, whole in the page, and nothing a page needs to be read.

/// What both pages share: writing numbers, finding places on the axis, reading values.
const SHARED: [&str; 3] = [
    include_str!("script/numbers.js"),
    include_str!("script/axis.js"),
    include_str!("script/readout.js"),
];

/// The script of a page with density figures.
pub(crate) fn reading_script() -> String {
    script([include_str!("script/report.js")])
}

/// What all pages share, then a page's own parts, in a scope of their own.
pub(crate) fn script<const N: usize>(parts: [&str; N]) -> String {
    let parts: String = SHARED.into_iter().chain(parts).collect();
    format!("(() => {{\n\"use strict\";\n{parts}}})();\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_script_ends_its_element() {
        let script = super::reading_script();
        assert!(!script.contains("</") && !script.contains("<!--"));
    }
}
