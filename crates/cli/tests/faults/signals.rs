//! Signals at random moments, and just before random calls that change a file.

use crate::calls::{CHANGES, Calls};
use crate::choice::Choice;
use crate::jobs::{JOBS, Job};
use crate::judge::settle;
use crate::place::{Place, base};
use crate::program::{Ran, Started, hesscope};
use crate::tally::Tally;

const SIGNALS: [(&str, i32); 3] = [("KILL", 9), ("TERM", 15), ("INT", 2)];

pub fn inject(mut choice: Choice, count: usize) -> Tally {
    let mut tally = Tally::default();
    let place = Place::new();
    let calls = Calls::new();
    for fault in 0..count {
        let job = &JOBS[fault % JOBS.len()];
        let &(signal, number) = choice.of(&SIGNALS);
        let before_a_call = calls.is_some() && choice.below(2) == 0;
        // One command in four is ended twice.
        let times = 1 + usize::from(choice.below(4) == 0);
        place.lay(job.before);
        let mut case = format!("fault {fault}");
        let mut last = None;
        for _ in 0..times {
            let (ran, moment) = match (&calls, before_a_call) {
                (Some(calls), true) => at_a_call(calls, &place, job, number, &mut choice),
                _ => at_a_moment(&place, job, signal, &mut choice),
            };
            case += &format!(", {moment}");
            last = Some(ran);
        }
        let Some(ran) = last else { continue };
        let outcome = settle(&place, job, &ran, &mut tally);
        tally.add(&format!("SIG{signal}"), job.name, &case, outcome);
    }
    tally
}

fn at_a_moment(place: &Place, job: &Job, signal: &str, choice: &mut Choice) -> (Ran, String) {
    let moment = choice.moment(base().undisturbed(job).duration);
    let mut started = Started::new(hesscope(&place.arguments(job)));
    started.signal_after(signal, moment);
    (started.end(), format!("after {} ms", moment.as_millis()))
}

fn at_a_call(
    calls: &Calls,
    place: &Place,
    job: &Job,
    signal: i32,
    choice: &mut Choice,
) -> (Ran, String) {
    let all = calls.count(place, job, CHANGES);
    let nth = 1 + choice.below(all.max(1));
    let ran = calls.run(place, job, CHANGES, nth, &format!("-{signal}"));
    let hit = calls.hit(place);
    (ran, format!("before call {nth} of {all}{hit}"))
}
