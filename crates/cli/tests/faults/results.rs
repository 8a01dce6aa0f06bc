//! The results that lie in a folder, without what depends on a clock.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The contents of all files below a folder that hold results, by name.
pub type Results = BTreeMap<String, Vec<u8>>;

/// All files below a folder, by name, with their bytes as they are.
pub fn files(root: &Path) -> Results {
    let mut found = Results::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                let name = path.strip_prefix(root).expect("below it");
                found.insert(name.display().to_string(), bytes);
            }
        }
    }
    found
}

/// The results below a folder.
pub fn results(root: &Path) -> Results {
    let files = files(root).into_iter();
    files
        .filter(|(name, _)| !is_of_a_clock(name))
        .map(|(name, bytes)| {
            let plain = plain(&name, without_path(bytes, root));
            (name, plain)
        })
        .collect()
}

/// Whether a file holds times, serves as a lock, or is a mark of a process.
fn is_of_a_clock(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    let of_a_clock = ["timing.jsonl", "worker.json"];
    last.ends_with(".lock") || last.contains(".tfevents.") || of_a_clock.contains(&last)
}

/// Whether a file is one that a process was writing when it ended.
pub fn is_leftover(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.starts_with(".hesscope-") && last.ends_with(".partial")
}

/// The contents without the path of the folder.
fn without_path(bytes: Vec<u8>, root: &Path) -> Vec<u8> {
    match String::from_utf8(bytes) {
        Ok(text) => text
            .replace(&root.display().to_string(), "WORK")
            .into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

/// The contents without times, and without checksums of what holds times.
fn plain(name: &str, bytes: Vec<u8>) -> Vec<u8> {
    if name.ends_with(".json")
        && let Ok(mut value) = serde_json::from_slice(&bytes)
    {
        without_times(&mut value);
        // That of the settings of all runs of a figure has their paths in it.
        if name.ends_with(".files.json") {
            value["run_sha256"] = serde_json::Value::Null;
        }
        return serde_json::to_vec(&value).expect("JSON");
    }
    if name.ends_with(".html")
        && let Ok(text) = String::from_utf8(bytes.clone())
    {
        return without_seconds(&text).into_bytes();
    }
    bytes
}

/// A page without its numbers of seconds.
fn without_seconds(text: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    for place in 1..words.len() {
        let unit = words[place].strip_prefix('s');
        if unit.is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_alphanumeric())) {
            let is_of_number = |letter: char| letter.is_numeric() || ".,×⁻".contains(letter);
            words[place - 1] = words[place - 1].trim_end_matches(is_of_number);
        }
    }
    words.join(" ")
}

/// What in JSON depends on the clock, or is a checksum of such a file.
const TIMES: [&str; 4] = ["sha256", "analysis_sha256", "files", "finished"];

fn without_times(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(members) => {
            for (name, member) in members {
                if TIMES.contains(&name.as_str()) || name.ends_with("seconds") {
                    *member = serde_json::Value::Null;
                } else {
                    without_times(member);
                }
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_times),
        _ => {}
    }
}

/// What a command printed, without the times and the number of products that a resumed one did not need.
pub fn printed(stdout: &str) -> String {
    let lines = stdout
        .lines()
        .map(|line| line.split(" products in ").next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// The first difference between two lists of results, in words.
pub fn difference(ours: &Results, theirs: &Results) -> Option<String> {
    let mut names: Vec<&String> = ours.keys().chain(theirs.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .find_map(|name| match (ours.get(name), theirs.get(name)) {
            (Some(a), Some(b)) if a == b => None,
            (Some(_), Some(_)) => Some(format!("{name} differs")),
            (Some(_), None) => Some(format!("{name} is there")),
            _ => Some(format!("{name} is missing")),
        })
}
