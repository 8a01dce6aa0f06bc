//! The findings of the paper on training and sample size, judged over a grid.
//!
//! Rules were fixed before any network was judged; a change of them is a new [`VERSION`](crate::findings::bounds::VERSION).

use hesscope_records::{
    Along, Condition, DynamicsCell, DynamicsSettings, Finding, Measure, Number,
};

use super::trend::{Direction, SIGNIFICANT, trend};
use crate::findings::bounds::HALF;
use crate::findings::condition::{Statement, at_least, at_most, judge, number, undecided};

/// The paragraph on the upper tail.
const TAIL: &str = "section 3, \"Attribution of the upper tail of the bulk\"";

/// The paragraph on the parts of G.
const STRUCTURE: &str = "section 3, \"Dynamics of structure in G with sample size and training\"";

/// A grid with cells.
pub struct Grid<'a> {
    /// What was asked for.
    pub settings: &'a DynamicsSettings,
    /// The cells.
    pub cells: &'a [DynamicsCell],
}

/// What is followed.
type Pick = fn(&DynamicsCell) -> Option<Measure>;

/// Every finding that a grid can show.
pub fn findings(grid: &Grid<'_>) -> Vec<Finding> {
    vec![
        tail(grid),
        one_way(
            grid,
            Statement {
                id: "b1-and-b2-separate-with-epochs",
                claim: "At a fixed sample size the bulks of B1 and B2 separate with the epoch".into(),
                paper: STRUCTURE,
                rule: rule("the decades between the medians of B1 and of B2 above the noise floor", "rise along epochs at each sample size"),
            },
            "the decades from B2 to B1",
            b1_over_b2,
            (Along::Epochs, Direction::Rises),
        ),
        one_way(
            grid,
            Statement {
                id: "b1-and-b2-draw-closer-with-size",
                claim: "At a fixed epoch the bulks of B1 and B2 draw closer with the sample size".into(),
                paper: STRUCTURE,
                rule: rule("the decades between the medians of B1 and of B2 above the noise floor", "fall along sample sizes at each epoch"),
            },
            "the decades from B2 to B1",
            b1_over_b2,
            (Along::Sizes, Direction::Falls),
        ),
        one_way(
            grid,
            Statement {
                id: "a1-separates-from-b2-with-epochs",
                claim: "At a fixed sample size the outliers of A1 separate from the bulk of B2 with the epoch".into(),
                paper: STRUCTURE,
                rule: rule("the decades from the largest eigenvalue of B2 to the eigenvalue C - 1 of A1", "rise along epochs at each sample size"),
            },
            "the decades from B2 to A1",
            a1_over_b2,
            (Along::Epochs, Direction::Rises),
        ),
        one_way(
            grid,
            Statement {
                id: "a1-separates-from-b2-with-size",
                claim: "At a fixed epoch the outliers of A1 separate from the bulk of B2 with the sample size".into(),
                paper: STRUCTURE,
                rule: rule("the decades from the largest eigenvalue of B2 to the eigenvalue C - 1 of A1", "rise along sample sizes at each epoch"),
            },
            "the decades from B2 to A1",
            a1_over_b2,
            (Along::Sizes, Direction::Rises),
        ),
    ]
}

fn rule(what: &str, how: &str) -> String {
    format!(
        "{what} {how}: Kendall's tau, all of them together, is beyond what chance reaches with a probability of \
         {SIGNIFICANT}, pairs whose error bars overlap taken either way; at least four places are needed, or three each in \
         two rows"
    )
}

/// **Rule.** With the share of G in the number of eigenvalues that G and H have in the upper tail of the bulk of Hess:
/// - at the least sample size and the first epoch it is a half or more, so that the tail is G's,
/// - at the largest and the last it is a half or less, so that it is H's, and
/// - it falls along epochs and along sample sizes, by Kendall's tau over all rows, and over all columns, beyond chance at 5%.
///
/// Error bars: the 95% intervals of the numbers, of probes and steps.
fn tail(grid: &Grid<'_>) -> Finding {
    let statement = Statement {
        id: "tail-from-g-to-h",
        claim: "The upper tail of the bulk of Hess is G's at small samples and early epochs, and H's at large samples and late epochs".into(),
        paper: TAIL,
        rule: format!(
            "the share of G in the eigenvalues that G and H have between the geometric mean of the bulk's root mean square and \
             edge, and its upper end, is {HALF} or more in the first cell of the grid and {HALF} or less in the last, and {}",
            rule("it", "falls along epochs at each sample size, and along sample sizes at each epoch")
        ),
    };
    let of = |cell: Option<&DynamicsCell>| cell.and_then(share_of_g);
    let (first, last) = (of(grid.corner(false)), of(grid.corner(true)));
    let ends = [
        (
            "the share of G at the least sample size and first epoch",
            first,
        ),
        ("at the largest sample size and last epoch", last),
    ];
    let numbers = ends.map(|(what, share)| share.map(|share| of_measure(what, &share)));
    let [Some(early), Some(late)] = numbers else {
        return undecided(
            statement,
            "the first or the last cell has no tail: analyse hess, g and h, over a split where the bulk of Hess has an \
             upper end",
            numbers.into_iter().flatten().collect(),
        );
    };
    let mut conditions = vec![at_least(early, HALF), at_most(late, HALF)];
    let mut short = Vec::new();
    for along in [Along::Epochs, Along::Sizes] {
        match grid.trend(share_of_g, along, Direction::Falls, "the share of G") {
            Some(condition) => conditions.push(condition),
            None => short.push(along_words(along)),
        }
    }
    concluded(statement, conditions, &short, Vec::new())
}

/// A trend of one quantity along one axis.
fn one_way(
    grid: &Grid<'_>,
    statement: Statement,
    what: &str,
    pick: Pick,
    (along, direction): (Along, Direction),
) -> Finding {
    let beside: Vec<Number> = [
        ("at the least sample size and first epoch", false),
        ("at the largest sample size and last epoch", true),
    ]
    .into_iter()
    .filter_map(|(place, last)| {
        let found = pick(grid.corner(last)?)?;
        Some(of_measure(&format!("{what} {place}"), &found))
    })
    .collect();
    if !grid.cells.iter().any(|cell| cell.structure.is_some()) {
        return undecided(
            statement,
            "no cell has the parts of G: analyse b2, with at most 20 classes",
            beside,
        );
    }
    match grid.trend(pick, along, direction, what) {
        Some(condition) => judge(statement, vec![condition], beside),
        None => concluded(statement, Vec::new(), &[along_words(along)], beside),
    }
}

/// The verdict where some axes may be too short; a condition that fails decides all the same.
fn concluded(
    statement: Statement,
    conditions: Vec<Condition>,
    short: &[&str],
    beside: Vec<Number>,
) -> Finding {
    if short.is_empty() || conditions.iter().any(|c| c.holds == Some(false)) {
        return judge(statement, conditions, beside);
    }
    let reason = format!(
        "too few cells have a value along {}: a trend is told from chance with at least four places, or with three in each of \
         two rows",
        short.join(" and along ")
    );
    undecided(statement, reason, beside)
}

impl Grid<'_> {
    /// The cell of the least size and first epoch, or that of the largest and last.
    fn corner(&self, last: bool) -> Option<&DynamicsCell> {
        if last {
            self.cells.last()
        } else {
            self.cells.first()
        }
    }

    /// Asks for a trend along all rows, or along all columns; none where there are too few places.
    fn trend(
        &self,
        pick: Pick,
        along: Along,
        direction: Direction,
        what: &str,
    ) -> Option<Condition> {
        let cell = |size: &str, epoch: usize| {
            let mut cells = self.cells.iter();
            cells.find(|cell| cell.size == size && cell.epoch == epoch)
        };
        let at = |size: &str, epoch: usize| cell(size, epoch).and_then(pick);
        let (sizes, epochs) = (&self.settings.sizes, &self.settings.epochs);
        let rows: Vec<Vec<Option<Measure>>> = match along {
            Along::Epochs => sizes
                .iter()
                .map(|(size, _)| epochs.iter().map(|&epoch| at(size, epoch)).collect())
                .collect(),
            Along::Sizes => epochs
                .iter()
                .map(|&epoch| sizes.iter().map(|(size, _)| at(size, epoch)).collect())
                .collect(),
        };
        let what = format!("Kendall's tau of {what} along {}", along_words(along));
        trend(&rows).map(|found| found.condition(direction, &what))
    }
}

fn share_of_g(cell: &DynamicsCell) -> Option<Measure> {
    cell.tail.as_ref().map(|tail| tail.share_of_g)
}

fn b1_over_b2(cell: &DynamicsCell) -> Option<Measure> {
    cell.structure.as_ref().and_then(|found| found.b1_over_b2)
}

fn a1_over_b2(cell: &DynamicsCell) -> Option<Measure> {
    cell.structure.as_ref().and_then(|found| found.a1_over_b2)
}

fn of_measure(what: &str, measure: &Measure) -> Number {
    let upper = measure.upper.unwrap_or(f64::INFINITY);
    number(what, measure.value, [measure.lower, upper])
}

fn along_words(along: Along) -> &'static str {
    match along {
        Along::Epochs => "epochs",
        Along::Sizes => "sample sizes",
    }
}

#[cfg(test)]
mod tests {
    use hesscope_records::{FindingVerdict, Split, Structure, TailShare};
    use hesscope_spectral::Bounded;

    use super::*;
    use FindingVerdict::{Confirmed, NotConfirmed, Undecided};

    const SIZES: usize = 4;
    const EPOCHS: usize = 5;

    fn measure(value: f64, error: f64) -> Measure {
        Measure {
            value,
            lower: value - error,
            upper: Some(value + error),
        }
    }

    /// What is followed in a cell, by the places of its size and epoch: share of G, decades from B2 to B1 and to A1.
    type Law = fn(f64, f64) -> [f64; 3];

    /// A grid that the paper describes.
    fn as_described(size: f64, epoch: f64) -> [f64; 3] {
        [
            0.95 - 0.07 * size - 0.09 * epoch,
            1.0 + 0.3 * epoch - 0.2 * size,
            0.5 + 0.2 * epoch + 0.1 * size,
        ]
    }

    fn cell(size: usize, epoch: usize, law: Law, error: f64) -> DynamicsCell {
        let [share, b1, a1] = law(size as f64, epoch as f64);
        let count = Bounded {
            mean: 10.0,
            lower: 9.0,
            upper: 11.0,
            level: 0.95,
        };
        DynamicsCell {
            size: size.to_string(),
            training_examples: 100,
            examples: 100,
            epoch,
            run: "runs/one".into(),
            loss: 0.1,
            accuracy: 0.9,
            spectra: Vec::new(),
            tail: Some(TailShare {
                from: 0.1,
                to: 1.0,
                hess: count,
                g: count,
                h: count,
                share_of_g: measure(share, error),
            }),
            structure: Some(Structure {
                b1_count: 80,
                b1_median: 1.0,
                b2_floor: 1e-6,
                b2_median: measure(0.1, 0.0),
                b1_over_b2: Some(measure(b1, error)),
                a1_least: 1.0,
                b2_largest: measure(1.0, 0.0),
                a1_over_b2: Some(measure(a1, error)),
            }),
        }
    }

    fn grid(law: Law, error: f64) -> Vec<DynamicsCell> {
        (0..SIZES)
            .flat_map(|size| (0..EPOCHS).map(move |epoch| cell(size, epoch, law, error)))
            .collect()
    }

    /// The findings over cells, whose sizes and epochs are theirs.
    fn judged(cells: &[DynamicsCell]) -> Vec<Finding> {
        let mut sizes: Vec<(String, String)> = Vec::new();
        let mut epochs: Vec<usize> = Vec::new();
        for cell in cells {
            if !sizes.iter().any(|(size, _)| *size == cell.size) {
                sizes.push((cell.size.clone(), String::new()));
            }
            if !epochs.contains(&cell.epoch) {
                epochs.push(cell.epoch);
            }
        }
        let settings = DynamicsSettings {
            rules: 2,
            dataset: "synthetic".into(),
            network: "mlp".into(),
            split: Split::Train,
            sizes,
            epochs,
            operators: Vec::new(),
            least_separation: 1.1,
        };
        findings(&Grid {
            settings: &settings,
            cells,
        })
    }

    #[track_caller]
    fn verdicts(cells: &[DynamicsCell], expected: [FindingVerdict; 5]) {
        let found = judged(cells);
        let verdicts: Vec<FindingVerdict> = found.iter().map(|finding| finding.verdict).collect();
        assert_eq!(verdicts, expected, "{found:#?}");
        assert!(found.iter().all(|finding| !finding.reason.is_empty()));
    }

    #[test]
    fn a_grid_as_the_paper_describes_it() {
        verdicts(&grid(as_described, 0.01), [Confirmed; 5]);
    }

    #[test]
    fn the_other_way_round_nothing_is_confirmed() {
        fn turned(size: f64, epoch: f64) -> [f64; 3] {
            as_described(3.0 - size, 4.0 - epoch)
        }
        verdicts(&grid(turned, 0.01), [NotConfirmed; 5]);
    }

    #[test]
    fn without_a_trend_nothing_is_confirmed() {
        // The order along either axis is rise, fall, rise, fall.
        fn up_and_down(size: f64, epoch: f64) -> [f64; 3] {
            let turn = |x: f64| (x * 2.5).sin();
            [0.5; 3].map(|middle| middle + 0.1 * turn(size) + 0.13 * turn(epoch))
        }
        verdicts(&grid(up_and_down, 1e-4), [NotConfirmed; 5]);
    }

    #[test]
    fn error_bars_leave_a_trend_open() {
        verdicts(&grid(as_described, 2.0), [Undecided; 5]);
    }

    #[test]
    fn a_tail_that_never_leaves_g_is_no_transition() {
        fn always_g(size: f64, epoch: f64) -> [f64; 3] {
            let [_, b1, a1] = as_described(size, epoch);
            [0.99 - 0.02 * size - 0.03 * epoch, b1, a1]
        }
        let found = judged(&grid(always_g, 0.001));
        assert_eq!(found[0].verdict, NotConfirmed);
        assert!(
            found[0].reason.contains("largest sample size"),
            "{}",
            found[0].reason
        );
    }

    #[test]
    fn too_few_places_decide_nothing() {
        let few = |sizes: usize, epochs: usize| -> Vec<DynamicsCell> {
            (0..sizes)
                .flat_map(|size| {
                    (0..epochs).map(move |epoch| cell(3 * size, 4 * epoch, as_described, 0.01))
                })
                .collect()
        };
        verdicts(&few(2, 2), [Undecided; 5]);
        let found = judged(&few(2, 2));
        assert!(
            found[0].reason.contains("at least four places"),
            "{}",
            found[0].reason
        );
        // Three epochs at each of two sizes are enough along epochs, two sizes at each of three epochs are not along sizes.
        verdicts(
            &few(2, 3),
            [Undecided, Confirmed, Undecided, Confirmed, Undecided],
        );
        verdicts(&[], [Undecided; 5]);
    }

    #[test]
    fn what_was_not_analysed_is_said() {
        let mut cells = grid(as_described, 0.01);
        for cell in &mut cells {
            cell.tail = None;
            cell.structure = None;
        }
        let found = judged(&cells);
        assert!(found[0].reason.contains("analyse hess, g and h"));
        assert!(
            found[1..]
                .iter()
                .all(|finding| finding.reason.contains("analyse b2"))
        );
        assert!(found.iter().all(|finding| finding.verdict == Undecided));
    }
}
