//! What findings were judged on.

use hesscope_records::Finding;

/// The findings on one network, or on the networks of one grid.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultsColumn {
    /// What it is of, as a list of traits from the general to the particular: the network, the data set, the split. Every
    /// column has as many, and those that all share are said once.
    pub traits: Vec<String>,
    /// Where more of it is, as a path from the page's folder with `/` between its parts.
    pub link: Option<String>,
    /// The findings.
    pub findings: Vec<Finding>,
}

/// The traits that all columns share, and of each column those in which they differ, in words.
pub(super) fn names(columns: &[ResultsColumn]) -> (Vec<String>, Vec<String>) {
    let count = columns.iter().map(|column| column.traits.len()).min();
    let shared = |place: &usize| {
        let mut all = columns.iter().map(|column| &column.traits[*place]);
        let first = all.next();
        all.all(|other| Some(other) == first)
    };
    let places = || 0..count.unwrap_or(0);
    let at = |column: &ResultsColumn, place: usize| column.traits[place].clone();
    let said = |mut all: Vec<String>| {
        all.retain(|word| !word.is_empty());
        all.join(", ")
    };
    let common = columns.first().map_or(Vec::new(), |first| {
        let places = places().filter(shared);
        places.map(|place| at(first, place)).collect()
    });
    let own = columns.iter().map(|column| {
        let places = places().filter(|place| !shared(place));
        said(places.map(|place| at(column, place)).collect())
    });
    (common, own.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(traits: [&str; 3]) -> ResultsColumn {
        ResultsColumn {
            traits: traits.map(str::to_owned).to_vec(),
            link: None,
            findings: Vec::new(),
        }
    }

    #[test]
    fn columns_are_named_by_what_differs() {
        let columns = [
            column(["vgg11", "mnist", "training split"]),
            column(["vgg11", "mnist", "test split"]),
            column(["vgg11", "cifar-10", ""]),
        ];
        let (common, own) = names(&columns);
        assert_eq!(common, ["vgg11"]);
        assert_eq!(
            own,
            ["mnist, training split", "mnist, test split", "cifar-10"]
        );
        let (common, own) = names(&columns[..1]);
        assert_eq!(common, ["vgg11", "mnist", "training split"]);
        assert_eq!(own, [""]);
        assert_eq!(names(&[]), (Vec::new(), Vec::new()));
    }
}
