//! Names of things by what tells them apart.

/// A name for each: those of its facts, in words, that tell things apart which the facts before them do not, with commas
/// between them. Where some are equal in every fact, their last resort, such as a hash, follows.
///
/// Every list has the same facts in the same order.
pub(crate) fn differences(facts: &[Vec<String>], last_resort: &[String]) -> Vec<String> {
    let mut names: Vec<Vec<&str>> = vec![Vec::new(); facts.len()];
    let count = facts.iter().map(Vec::len).min().unwrap_or(0);
    for place in 0..count {
        let longer = names.iter().zip(facts).map(|(name, facts)| {
            let mut name = name.clone();
            name.push(&facts[place]);
            name
        });
        let longer: Vec<Vec<&str>> = longer.collect();
        if different(&longer) > different(&names) {
            names = longer;
        }
    }
    let named = names.iter().zip(last_resort).map(|(name, last)| {
        let same = names.iter().filter(|other| *other == name).count();
        let last = (same > 1 || name.is_empty()).then_some(last.as_str());
        let parts = name.iter().copied().chain(last);
        parts.collect::<Vec<_>>().join(", ")
    });
    named.collect()
}

/// How many of some names are different.
fn different(names: &[Vec<&str>]) -> usize {
    let mut names = names.to_vec();
    names.sort_unstable();
    names.dedup();
    names.len()
}

#[cfg(test)]
mod tests {
    use super::differences;

    fn named<const N: usize>(facts: [[&str; N]; 3]) -> Vec<String> {
        let facts = facts.map(|facts| facts.map(str::to_owned).to_vec());
        differences(&facts, &["0a", "1b", "2c"].map(str::to_owned))
    }

    #[test]
    fn what_is_the_same_in_all_is_no_name_and_a_hash_is_the_last_resort() {
        assert_eq!(
            named([["mlp", "seed 0"], ["mlp", "seed 1"], ["mlp", "seed 2"]]),
            ["seed 0", "seed 1", "seed 2"]
        );
        assert_eq!(
            named([["mlp", "seed 0"], ["vgg11", "seed 0"], ["vgg11", "seed 1"]]),
            ["mlp, seed 0", "vgg11, seed 0", "vgg11, seed 1"]
        );
        // Seeds follow from networks.
        assert_eq!(
            named([["a", "seed 0"], ["b", "seed 1"], ["c", "seed 1"]]),
            ["a", "b", "c"]
        );
        assert_eq!(
            named([["mlp", "x"], ["vgg11", "x"], ["vgg11", "x"]]),
            ["mlp", "vgg11, 1b", "vgg11, 2c"]
        );
        assert_eq!(named([["mlp"], ["mlp"], ["mlp"]]), ["0a", "1b", "2c"]);
        assert!(differences(&[], &[]).is_empty());
    }
}
