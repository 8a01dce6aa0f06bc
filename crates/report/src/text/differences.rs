//! Names of things by what tells them apart.

/// A name for each: of its facts, in words, those that are not the same in all, with commas between them. Where some are
/// equal in every fact, their last resort, such as a hash, follows.
///
/// Every list has the same facts in the same order.
pub(crate) fn differences(facts: &[Vec<String>], last_resort: &[String]) -> Vec<String> {
    let differs = |place: usize| {
        let mut all = facts.iter().map(|facts| facts.get(place));
        let first = all.next();
        all.any(|fact| Some(fact) != first)
    };
    let name = |own: &Vec<String>| {
        let told = own.iter().enumerate().filter(|(place, _)| differs(*place));
        let told: Vec<&str> = told.map(|(_, fact)| fact.as_str()).collect();
        told.join(", ")
    };
    let names: Vec<String> = facts.iter().map(name).collect();
    let unique = |(name, last): (&String, &String)| {
        let same = names.iter().filter(|other| *other == name).count();
        match (same, name.as_str()) {
            (1, _) => name.clone(),
            (_, "") => last.clone(),
            _ => format!("{name}, {last}"),
        }
    };
    names.iter().zip(last_resort).map(unique).collect()
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
        assert_eq!(
            named([["mlp", "x"], ["vgg11", "x"], ["vgg11", "x"]]),
            ["mlp", "vgg11, 1b", "vgg11, 2c"]
        );
        assert_eq!(named([["mlp"], ["mlp"], ["mlp"]]), ["0a", "1b", "2c"]);
        assert!(differences(&[], &[]).is_empty());
    }
}
