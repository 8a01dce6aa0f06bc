//! Sums, agreement and leading among ranks that are threads.

use std::cell::RefCell;
use std::rc::Rc;

use hesscope_ranks::{Member, RankError, Ranks, serve, threads};

#[test]
fn sums_are_those_of_float64_in_the_order_of_the_ranks() {
    for size in [1, 2, 3, 5] {
        for length in [0, 1, 4, 1001] {
            let number = |rank: usize, i: usize| ((rank * 7919 + i * 104_729) as f64).sin();
            let sums = threads(size, |ranks: Ranks| {
                let own = (0..length).map(|i| number(ranks.rank(), i));
                let mut wide: Vec<f64> = own.clone().collect();
                let mut narrow: Vec<f32> = own.map(|x| x as f32).collect();
                ranks.sum(&mut wide);
                ranks.sum(&mut narrow);
                (wide, narrow)
            });
            for (wide, narrow) in sums {
                for i in 0..length {
                    let all = || (0..size).map(|rank| number(rank, i));
                    assert_eq!(wide[i], all().fold(0.0, |sum, x| sum + x));
                    let single = all().fold(0.0, |sum, x| sum + f64::from(x as f32));
                    assert_eq!(narrow[i], single as f32);
                }
            }
        }
    }
}

#[test]
fn parts_go_where_they_belong() {
    let said = threads(3, |ranks: Ranks| {
        let rank = ranks.rank() as u8;
        let all = ranks.gather(&vec![rank; ranks.rank()]);
        let given = ranks.broadcast(vec![rank + 40]);
        let parts = if ranks.is_leader() {
            vec![vec![10], vec![], vec![12, 12]]
        } else {
            Vec::new()
        };
        (all, given, ranks.scatter(parts))
    });
    for (rank, (all, given, part)) in said.into_iter().enumerate() {
        assert_eq!(all, [vec![], vec![1], vec![2, 2]]);
        assert_eq!(given, [40]);
        assert_eq!(part, [vec![10], vec![], vec![12, 12]][rank]);
    }
}

#[derive(Debug, PartialEq, thiserror::Error)]
enum Failed {
    #[error("broken")]
    Here,
    #[error(transparent)]
    Elsewhere(#[from] RankError),
}

#[test]
fn the_first_failure_is_that_of_all_but_of_those_with_their_own() {
    let said = threads(4, |ranks: Ranks| {
        assert_eq!(ranks.agree::<_, Failed>(Ok(ranks.rank())), Ok(ranks.rank()));
        ranks.agree(match ranks.rank() {
            2 | 3 => Err(Failed::Here),
            rank => Ok(rank),
        })
    });
    let elsewhere = Failed::Elsewhere(RankError {
        rank: 2,
        host: "this process".into(),
        reason: "broken".into(),
    });
    assert_eq!(said[0], Err(elsewhere));
    assert_eq!(said[0], said[1]);
    assert_eq!(said[2], Err(Failed::Here));
    assert_eq!(said[3], Err(Failed::Here));
}

/// Writes down what it is told, and that it is dropped.
struct Told(String, Rc<RefCell<Vec<String>>>);

impl Member for Told {
    fn answer(&mut self, message: &[u8]) {
        let message = String::from_utf8_lossy(message);
        self.1.borrow_mut().push(format!("{} {message}", self.0));
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.1.borrow_mut().push(format!("{} is closed", self.0));
    }
}

#[test]
fn members_hold_what_the_leader_opens_until_it_is_dropped() {
    let said = threads(3, |ranks: Ranks| {
        if ranks.is_leader() {
            let first = ranks.open(b"first");
            let none = ranks.open(b"none");
            let second = ranks.open(b"second");
            first.tell(b"one");
            second.tell(b"two");
            none.tell(b"nobody hears");
            drop(first);
            second.tell(b"three");
            drop((second, none));
            ranks.end();
            return Vec::new();
        }
        let told = Rc::new(RefCell::new(Vec::new()));
        serve(&ranks, |request| {
            let name = String::from_utf8_lossy(request).into_owned();
            let member = Told(name.clone(), Rc::clone(&told));
            (name != "none").then(|| Box::new(member) as Box<dyn Member>)
        });
        told.take()
    });
    let wanted = [
        "none is closed",
        "first one",
        "second two",
        "first is closed",
        "second three",
        "second is closed",
    ];
    assert_eq!(said[1], wanted);
    assert_eq!(said[2], wanted);
}
