//! Files that are damaged, lost, or exchanged with those of another run, under every command that reads them.

use std::fs;
use std::path::Path;

use crate::choice::Choice;
use crate::jobs::Before;
use crate::judge::ended;
use crate::place::{Place, base};
use crate::program::Ran;
use crate::readers::{READERS, Reader};
use crate::results::{Results, difference, files, printed, results};
use crate::tally::{End, Outcome, Tally, Wrong};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Damage {
    Truncated,
    Flipped,
    Emptied,
    Removed,
    Exchanged,
}

const DAMAGES: [Damage; 5] = [
    Damage::Truncated,
    Damage::Flipped,
    Damage::Emptied,
    Damage::Removed,
    Damage::Exchanged,
];

pub fn inject(mut choice: Choice, count: usize) -> Tally {
    let mut tally = Tally::default();
    let place = Place::new();
    for fault in 0..count {
        let reader = &READERS[fault % READERS.len()];
        let damage = DAMAGES[fault / READERS.len() % DAMAGES.len()];
        place.lay(reader.job.before);
        let whole = files(&place.work());
        let name = a_file(&whole, reader, &mut choice);
        let Some(now) = damaged(&whole, &name, damage, reader.job.before, &mut choice) else {
            continue;
        };
        let path = place.work().join(&name);
        match &now {
            Some(bytes) => fs::write(&path, bytes).expect("damaged"),
            None => fs::remove_file(&path).expect("removed"),
        }
        let ran = place.run(&reader.job);
        let outcome = judge(&place, reader, &name, damage, &ran, &mut tally);
        let kind = format!("{damage:?}").to_lowercase();
        tally.add(
            &kind,
            reader.job.name,
            &format!("fault {fault}, {name}"),
            outcome,
        );
    }
    tally
}

/// A file, each kind of them as likely as another.
fn a_file(whole: &Results, reader: &Reader, choice: &mut Choice) -> String {
    let names: Vec<&String> = whole
        .keys()
        .filter(|name| !name.ends_with(".lock") && name.starts_with(reader.reads))
        .collect();
    let mut kinds: Vec<String> = names.iter().map(|name| kind(name)).collect();
    kinds.sort();
    kinds.dedup();
    let chosen = choice.of(&kinds);
    let of_it: Vec<&&String> = names.iter().filter(|name| kind(name) == *chosen).collect();
    (**choice.of(&of_it)).clone()
}

/// A name without the hashes of settings, and without what tells the runs of a grid apart.
fn kind(name: &str) -> String {
    let is_hash =
        |part: &str| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let of_part = |part: &str| {
        let (stem, extension) = part.rsplit_once('.').unwrap_or((part, ""));
        let words: Vec<&str> = stem.split('-').filter(|word| !is_hash(word)).collect();
        format!("{}.{extension}", words.join("-"))
    };
    let parts: Vec<String> = name.split('/').map(of_part).collect();
    parts
        .join("/")
        .replace("seed4", "seed3")
        .replace("seed8", "seed9")
}

/// The contents after the damage, or no file; none where nothing would be other.
fn damaged(
    whole: &Results,
    name: &str,
    damage: Damage,
    before: Before,
    choice: &mut Choice,
) -> Option<Option<Vec<u8>>> {
    let bytes = &whole[name];
    let now = match damage {
        Damage::Removed => return Some(None),
        Damage::Emptied => Vec::new(),
        Damage::Truncated => bytes[..choice.below(bytes.len().max(1))].to_vec(),
        Damage::Flipped => {
            let mut flipped = bytes.clone();
            let bit = choice.below((8 * bytes.len()).max(1));
            *flipped.get_mut(bit / 8)? ^= 1 << (bit % 8);
            flipped
        }
        Damage::Exchanged => {
            let other = files(&base().found(before, "4"));
            let twin = other.keys().find(|twin| kind(twin) == kind(name))?;
            other[twin].clone()
        }
    };
    (now != *bytes).then_some(Some(now))
}

fn judge(
    place: &Place,
    reader: &Reader,
    name: &str,
    damage: Damage,
    ran: &Ran,
    tally: &mut Tally,
) -> Outcome {
    let short = Path::new(name)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let said = |text: &str| text.contains(&*short);
    let stem = short.split('.').next().unwrap_or_default();
    if reader.job.name.starts_with("check") {
        return match ran.code() {
            1 if said(&ran.stdout) => Ok(End::Refused),
            // A record and the checksums of the pages beside it, of two runs: either may be the other's.
            1 if damage == Damage::Exchanged && ran.stdout.contains(stem) => Ok(End::Refused),
            // What is missing was perhaps never made.
            0 | 1 if damage == Damage::Removed => Ok(End::Done),
            2 if ran.sentence().is_some_and(said) => Ok(End::Refused),
            0 => Err((Wrong::Silent, "all is said to be well".into())),
            code => Err((
                Wrong::Other,
                format!("code {code}: {}{}", ran.stdout, ran.stderr),
            )),
        };
    }
    match ended(place, reader.job.name, ran, tally)? {
        End::Done => {}
        End::Refused if ran.stderr.contains(&*short) => return Ok(End::Refused),
        // Without the file that says what a folder is, only the folder can be named.
        End::Refused if damage == Damage::Removed => return Ok(End::Refused),
        _ => {
            return Err((
                Wrong::Other,
                format!("{short} is not named: {}", ran.stderr),
            ));
        }
    }
    // What is gone for good, or left out of what is shown, is said.
    if (damage == Damage::Removed || reader.shows) && ran.stderr.contains(&*short) {
        return Ok(End::Done);
    }
    // What only shows what there is shows less.
    if damage == Damage::Removed && reader.shows {
        return Ok(End::Done);
    }
    let undisturbed = base().undisturbed(&reader.job);
    let mut expected = undisturbed.results.clone();
    let mut now = results(&place.work());
    // The report of a run shows what other commands have made of it, as far as it is there.
    if damage == Damage::Removed && reader.job.name == "run again" {
        for results in [&mut now, &mut expected] {
            results.retain(|name, _| {
                !name.starts_with("run/report") && !name.starts_with("run/figures/")
            });
        }
    }
    // Without its table a search is made again, whose trials keep their checkpoints beside those of the run.
    if name.ends_with("search.json") {
        now.retain(|name, _| !name.starts_with("run/search/") || expected.contains_key(name));
    }
    // A file that is not read stays as it is; a command that makes it must have made it again.
    if !reader.makes(name) {
        expected.remove(name);
        now.remove(name);
    }
    if let Some(difference) = difference(&now, &expected) {
        return Err((Wrong::Silent, difference));
    }
    let printed = place.plain(&printed(&ran.stdout));
    if printed != undisturbed.printed {
        return Err((Wrong::Silent, format!("it prints {printed}")));
    }
    Ok(End::Done)
}
