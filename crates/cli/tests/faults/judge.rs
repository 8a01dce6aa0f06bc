//! What came of a fault: whether the command ended in order, nothing was lost, and the same command ends as the undisturbed
//! one.

use crate::jobs::{Before, Job};
use crate::place::{Place, base};
use crate::program::{Ran, run};
use crate::results::{Results, difference, files, is_leftover, printed, results};
use crate::tally::{End, Outcome, Tally, Wrong};

/// Folders of a run whose files are finished once they are there.
const FINISHED: [&str; 6] = [
    "analysis",
    "eigenvalues",
    "overlaps",
    "findings",
    "means",
    "eigenvectors",
];

/// How a command ended, unless it is a way in which none may end.
pub fn ended(place: &Place, job: &str, ran: &Ran, tally: &mut Tally) -> Outcome {
    let other = |why: &str| {
        let Ran { stdout, stderr, .. } = ran;
        Err((
            Wrong::Other,
            format!("{why}, code {}: {stdout}{stderr}", ran.code()),
        ))
    };
    if ran.hung {
        return other("it takes too long");
    }
    if ran.stderr.contains("panicked") || ran.stdout.contains("panicked") {
        return other("it panicked");
    }
    // A sweep goes on with its other runs, and says at the end which failed.
    let of_a_sweep = job == "sweep" && ran.code() == 1;
    match ran.code() {
        0 => Ok(End::Done),
        code if code == 2 || of_a_sweep => {
            let Some(sentence) = ran.sentence() else {
                return other("it says nothing");
            };
            let plain = place.plain(sentence);
            tally.said(&masked(&plain));
            if plain.contains("WORK") || plain.contains("ABOVE") || of_a_sweep {
                Ok(End::Refused)
            } else {
                other("its sentence names no file")
            }
        }
        // Interrupted, killed, told to end, and a file too large for the limit.
        130 | 137 | 143 | 153 => Ok(End::Signal),
        _ => other("no such code is known"),
    }
}

/// A sentence without hashes and numbers.
fn masked(sentence: &str) -> String {
    let words = sentence.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric());
    words
        .map(|word| {
            let name = word.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
            let hash = name.len() >= 12 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            if hash {
                word.replacen(name, "HASH", 1)
            } else {
                word.to_owned()
            }
        })
        .collect()
}

/// Judges a command that was disturbed, repeats it, and judges what it made.
pub fn settle(place: &Place, job: &Job, ran: &Ran, tally: &mut Tally) -> Outcome {
    let end = ended(place, job.name, ran, tally)?;
    let undisturbed = base().undisturbed(job);
    nothing_lost(place, job)?;
    if end == End::Done {
        same(place, &undisturbed.results, Wrong::Silent)
            .map_err(|(wrong, why)| (wrong, format!("{why}, at once")))?;
    }
    let finished = finished(&files(&place.work()));
    let again = place.run_again(job, ran);
    if again.code() != 0 {
        return Err((
            Wrong::Other,
            format!("repeated, it ends with {}: {}", again.code(), again.stderr),
        ));
    }
    same(place, &undisturbed.results, Wrong::Silent)?;
    let said = place.plain(&printed(&again.stdout));
    if job.name != "a download" && said != undisturbed.printed {
        return Err((Wrong::Silent, format!("it prints {said}")));
    }
    let now = files(&place.work());
    if let Some(name) = now.keys().find(|name| is_leftover(name)) {
        return Err((Wrong::Other, format!("{name} is left behind")));
    }
    for (name, bytes) in &finished {
        if now.get(name) != Some(bytes) {
            return Err((
                Wrong::Lost,
                format!("{name} was finished and is made again"),
            ));
        }
    }
    for folder in ["run", "sweep", "dynamics", "figures"] {
        let path = place.work().join(folder);
        if path.is_dir() {
            let checked = run(&["check".to_owned(), path.display().to_string()]);
            if checked.code() != 0 {
                let why = format!(
                    "check, code {}: {}{}",
                    checked.code(),
                    checked.stdout,
                    checked.stderr
                );
                return Err((Wrong::Silent, why));
            }
        }
    }
    Ok(end)
}

/// What is finished must stay as it is to the byte: with the time it took, which would be another if it were made again.
fn finished(files: &Results) -> Results {
    let finished = |name: &str| {
        let mut parts = name.rsplit('/');
        let (file, folder) = (parts.next().unwrap_or(name), parts.next().unwrap_or(""));
        let checkpoint = folder == "checkpoints" && file.starts_with("epoch-");
        (FINISHED.contains(&folder) || checkpoint) && !is_leftover(file)
    };
    let files = files.iter().filter(|(name, _)| finished(name));
    files
        .map(|(name, bytes)| (name.clone(), bytes.clone()))
        .collect()
}

/// Everything that the command found is as it was, or as the command leaves it.
pub fn nothing_lost(place: &Place, job: &Job) -> Result<(), (Wrong, String)> {
    if job.before == Before::Nothing {
        return Ok(());
    }
    let earlier = results(&base().found(job.before, "3"));
    let undisturbed = base().undisturbed(job);
    let now = results(&place.work());
    for (name, bytes) in earlier {
        let found = now.get(&name);
        let after = undisturbed.results.get(&name);
        if found != Some(&bytes) && (found != after || found.is_none()) {
            let how = if found.is_some() { "changed" } else { "gone" };
            return Err((Wrong::Lost, format!("{name} is {how}")));
        }
    }
    Ok(())
}

/// The results are those of the undisturbed command; what is half-written or of the work under way is none.
fn same(place: &Place, undisturbed: &Results, wrong: Wrong) -> Result<(), (Wrong, String)> {
    let mut now = results(&place.work());
    now.retain(|name, _| !is_leftover(name));
    match difference(&now, undisturbed) {
        Some(difference) => Err((wrong, difference)),
        None => Ok(()),
    }
}
