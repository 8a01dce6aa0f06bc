//! What is compared.

use hesscope_records::Comparison;

/// What is compared, in words, each once and in order.
pub(super) fn quantities(comparison: &Comparison) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for deviation in comparison.compared.iter().flat_map(|it| &it.deviations) {
        let words = deviation.words();
        if !all.contains(&words) {
            all.push(words);
        }
    }
    all
}
