//! Many processes started at the same time on one folder.

use crate::choice::Choice;
use crate::jobs::JOBS;
use crate::judge::{ended, settle};
use crate::place::Place;
use crate::program::{Ran, Started, hesscope};
use crate::tally::{End, Tally, Wrong};

/// How many at once.
const PROCESSES: usize = 8;

pub fn inject(mut choice: Choice, count: usize) -> Tally {
    let mut tally = Tally::default();
    let place = Place::new();
    for fault in 0..count {
        let job = choice.of(&JOBS);
        place.lay(job.before);
        let arguments = place.arguments(job);
        let all: Vec<Started> = (0..PROCESSES)
            .map(|_| Started::new(hesscope(&arguments)))
            .collect();
        let all: Vec<Ran> = all.into_iter().map(Started::end).collect();
        let ends: Vec<_> = all
            .iter()
            .map(|ran| ended(&place, job.name, ran, &mut tally))
            .collect();
        let outcome = match ends.iter().position(Result::is_err) {
            Some(bad) => ends[bad].clone(),
            None => match ends.iter().position(|end| *end == Ok(End::Done)) {
                Some(good) => settle(&place, job, &all[good], &mut tally),
                None => Err((Wrong::Other, format!("none did it: {}", all[0].stderr))),
            },
        };
        let done = ends.iter().filter(|end| **end == Ok(End::Done)).count();
        let case = format!("fault {fault}, {done} of {PROCESSES} did it");
        tally.add("8 at once", job.name, &case, outcome);
    }
    tally
}
